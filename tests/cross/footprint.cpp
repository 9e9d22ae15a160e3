// SPDX-License-Identifier: BSD-3-Clause
// What an adaptation on a microcontroller weighs: the perceptron, batch 8, and one optimizer.
#include <span>

#include "support/small_adaptations.hpp"

using halo::learned::halo_rule;
using halo::optim::adam, halo::optim::sgd;

int main() {
  static halo::adapt::adapter<support::perceptron, halo::nn::cross_entropy, HALO_FOOTPRINT_OF, 8>
      device({}, halo::seed{1});
  static float x[8 * 26];
  static std::int32_t y[8];
  int bad = 0;
  for (int i = 0; i < 200; ++i)
    if (device.try_step(std::span<float const>(x), std::span<std::int32_t const>(y)).status !=
        halo::optim::status::done)
      ++bad;
  return bad;
}
