// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/adapt/predictor.hpp>
#include <halo/nn/integer_network.hpp>

namespace halo::adapt {

/// What an adapter or a predictor has learned with quantised layers, those on bytes: a predictor.
///
/// Its outputs are those of the fake-quantised network to float rounding (nn/integer.hpp).
///
///     auto const integers = adapt::to_integers(device);
///     auto const eight_at_a_time = adapt::to_integers<8>(device);
///
/// @throws halo::error where a quantisation range is empty or infinite
template <std::size_t MaxBatch, class Device>
[[nodiscard]] auto to_integers(Device const& device) {
  using network = typename Device::network;
  predictor<nn::integers_of<network>, MaxBatch, typename Device::loss> p;
  nn::to_integers<network>(device.view(Device::preferred).parameters, device.statistics(),
                           p.parameters_.span(), p.statistics_.span());
  return p;
}

}  // namespace halo::adapt
