// SPDX-License-Identifier: BSD-3-Clause
// Instructions of a step on a Cortex-M4F in emulation, beside loops written by hand, and what
// construction and steps take of the stack: the perceptron, batch 8, and one optimizer. QEMU's
// -icount makes an instruction a nanosecond, of which a tick of the board has 40.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <new>
#include <span>
#include <type_traits>

#include "by_hand.hpp"
#include "support/console.hpp"
#include "support/small_adaptations.hpp"

using halo::learned::halo_rule, halo::learned::lean_halo_rule, halo::learned::leanest_halo_rule;
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
  at(control) = 5;
  constexpr int steps = 20;
  auto const instructions = [](auto&& f) {
    at(now) = 0;
    std::uint32_t const before = at(now);
    for (int i = 0; i < steps; ++i) f();
    return static_cast<unsigned long>((before - at(now)) & 0xFFFFFF) * 40 / steps;
  };
  bool done = true;
  auto const step = [&] {
    auto const r =
        device.try_step(std::span<float const>(batch.x), std::span<std::int32_t const>(batch.y));
    done = r.status == halo::optim::status::done && done;
  };
  by_hand::begin(device.parameters().data());
  unsigned long const of_device = instructions(step);
  static float x[by_hand::rows][by_hand::in];
  std::copy(batch.x.begin(), batch.x.end(), &x[0][0]);
  float loss = 0;
  unsigned long const of_loops = instructions([&] { loss = by_hand::step(x, batch.y.data()); });
  done = done && loss > 0 && loss < 1;  // they learn, too
  unsigned long const of_step = stack_of(step);
  unsigned long const percent = of_device * 100 / of_loops;
  char text[128];
  std::snprintf(text, sizeof text,
                "%lu instructions a step, %lu %% of %lu by hand; of the stack %lu bytes, to begin "
                "%lu\n",
                of_device, percent, of_loops, of_step, construction);
  support::write(text);
  bool const fast = !std::is_same_v<HALO_FOOTPRINT_OF, sgd> || percent <= 130;
  return done && fast && construction <= 4096 && of_step <= 4096 ? 0 : 1;
}
