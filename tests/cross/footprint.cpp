// SPDX-License-Identifier: BSD-3-Clause
// What an adaptation on a microcontroller weighs: the perceptron, or with HALO_FOOTPRINT_GAS one
// for gas sensors, batch 8, and one optimizer. Drawn at the start, or with HALO_FOOTPRINT_GIVEN
// from parameters that are there. Weighed, not run.
#include <span>

#include "support/small_adaptations.hpp"

using halo::learned::halo_rule, halo::learned::lean_halo_rule, halo::learned::leanest_halo_rule;
using halo::optim::adam, halo::optim::in_parts, halo::optim::sgd;

namespace nn = halo::nn;
#if defined(HALO_FOOTPRINT_GAS)
using network =
    nn::sequential<nn::linear<128, 30>, nn::relu, nn::linear<30, 30>, nn::relu, nn::linear<30, 3>>;
#else
using network = support::perceptron;
#endif

#if defined(HALO_FOOTPRINT_GIVEN)
template <class Optimizer>
Optimizer made_of([[maybe_unused]] std::span<float const> given) {
  if constexpr (requires { Optimizer(given); })
    return Optimizer(given);
  else
    return {};
}
#endif

int main() {
  using device_type = halo::adapt::adapter<network, nn::cross_entropy, HALO_FOOTPRINT_OF, 8>;
#if defined(HALO_FOOTPRINT_GIVEN)  // they lie elsewhere in flash, beside this image
  auto const* const given = reinterpret_cast<float const*>(0x00100000);
  std::span<float const> const parameters(given, network::parameters);
  static device_type device(made_of<HALO_FOOTPRINT_OF>(parameters), parameters);
#else
  static device_type device({}, halo::seed{1});
#endif
  static float x[8 * network::inputs];
  static std::int32_t y[8];
  int bad = 0;
  for (int i = 0; i < 200; ++i)
    if (device.try_step(std::span<float const>(x), std::span<std::int32_t const>(y)).status !=
        halo::optim::status::done)
      ++bad;
  return bad;
}
