// SPDX-License-Identifier: BSD-3-Clause
// Instructions of a step on a Cortex-M4F in emulation, and what construction and steps take of the
// stack: the perceptron, batch 8, and one optimizer. QEMU's -icount makes an instruction a
// nanosecond, of which a tick of the board has 40.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <new>
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

/// Bytes below this frame that f touches, by painting.
template <class F>
[[gnu::noinline]] unsigned long stack_of(F&& f) {
  constexpr std::uint32_t painted = 32768, paint = 0xA5A5A5A5;
  auto const top = reinterpret_cast<std::uint32_t>(__builtin_frame_address(0)) - 128;
  for (std::uint32_t i = 0; i < painted; i += 4) at(top - painted + i) = paint;
  f();
  std::uint32_t untouched = 0;
  while (untouched < painted && at(top - painted + untouched) == paint) untouched += 4;
  return painted - untouched + 128;
}

using device_type =
    halo::adapt::adapter<support::perceptron, halo::nn::cross_entropy, HALO_FOOTPRINT_OF, 8>;
alignas(device_type) std::byte memory[sizeof(device_type)];

}  // namespace

int main() {
  static support::measured<26, 4, 8> batch;
  halo::generator from(halo::seed{7});
  batch.draw(from);
  device_type* made = nullptr;
  unsigned long const construction = stack_of([&] { made = new (memory) device_type; });
  device_type& device = *made;
  at(reload) = 0xFFFFFF;
  at(now) = 0;
  at(control) = 5;
  constexpr int steps = 20;
  std::uint32_t const before = at(now);
  bool done = true;
  auto const step = [&] {
    auto const r =
        device.try_step(std::span<float const>(batch.x), std::span<std::int32_t const>(batch.y));
    done = r.status == halo::optim::status::done && done;
  };
  for (int i = 0; i < steps; ++i) step();
  std::uint32_t const ticks = (before - at(now)) & 0xFFFFFF;
  unsigned long const of_step = stack_of(step);
  char text[96];
  std::snprintf(text, sizeof text,
                "%lu instructions a step; of the stack %lu bytes, to begin %lu\n",
                static_cast<unsigned long>(ticks) * 40 / steps, of_step, construction);
  support::write(text);
  return done && construction <= 4096 && of_step <= 4096 ? 0 : 1;
}
