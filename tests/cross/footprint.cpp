// SPDX-License-Identifier: BSD-3-Clause
// What an adaptation on a microcontroller weighs: the perceptron, batch 8, and one optimizer. Drawn
// at the start, or with HALO_FOOTPRINT_GIVEN from parameters that are there. Weighed, not run.
#include <span>

#include "support/small_adaptations.hpp"

using halo::learned::halo_rule;
using halo::optim::adam, halo::optim::sgd;

int main() {
  using device_type =
      halo::adapt::adapter<support::perceptron, halo::nn::cross_entropy, HALO_FOOTPRINT_OF, 8>;
#if defined(HALO_FOOTPRINT_GIVEN)  // they lie elsewhere in flash, beside this image
  auto const* const given = reinterpret_cast<float const*>(0x00100000);
  static device_type device({}, std::span<float const>(given, support::perceptron::parameters));
#else
  static device_type device({}, halo::seed{1});
#endif
  static float x[8 * 26];
  static std::int32_t y[8];
  int bad = 0;
  for (int i = 0; i < 200; ++i)
    if (device.try_step(std::span<float const>(x), std::span<std::int32_t const>(y)).status !=
        halo::optim::status::done)
      ++bad;
  return bad;
}
