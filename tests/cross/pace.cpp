// SPDX-License-Identifier: BSD-3-Clause
// Instructions of a step on a Cortex-M4F in emulation: the perceptron, batch 8, and one optimizer.
// QEMU's -icount makes an instruction a nanosecond, of which a tick of the board has 40.
#include <cstdint>
#include <cstdio>
#include <span>

#include "support/console.hpp"
#include "support/small_adaptations.hpp"

using halo::learned::halo_rule, halo::learned::lean_halo_rule;
using halo::optim::adam, halo::optim::in_parts, halo::optim::sgd;

namespace {

std::uint32_t volatile& at(std::uint32_t address) {
  return *reinterpret_cast<std::uint32_t volatile*>(address);
}
constexpr std::uint32_t control = 0xE000E010, reload = 0xE000E014, now = 0xE000E018;

}  // namespace

int main() {
  static support::measured<26, 4, 8> batch;
  halo::generator from(halo::seed{7});
  batch.draw(from);
  static halo::adapt::adapter<support::perceptron, halo::nn::cross_entropy, HALO_FOOTPRINT_OF, 8>
      device;
  at(reload) = 0xFFFFFF;
  at(now) = 0;
  at(control) = 5;
  constexpr int steps = 20;
  std::uint32_t const before = at(now);
  bool done = true;
  for (int i = 0; i < steps; ++i)
    done = device.try_step(std::span<float const>(batch.x), std::span<std::int32_t const>(batch.y))
                   .status == halo::optim::status::done &&
           done;
  std::uint32_t const ticks = (before - at(now)) & 0xFFFFFF;
  char text[64];
  std::snprintf(text, sizeof text, "%lu instructions a step\n",
                static_cast<unsigned long>(ticks) * 40 / steps);
  support::write(text);
  return done ? 0 : 1;
}
