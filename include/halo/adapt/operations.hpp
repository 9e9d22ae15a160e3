// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/nn/operations.hpp>
#include <halo/optim/operations.hpp>
#include <halo/optim/policy.hpp>

namespace halo::adapt {

/// Multiply-adds of a step on n examples, the optimizer's arithmetic included.
///
/// nn::operations of d.backward_rows(n) of them, and optim::operations. The mean over a policy's
/// draws:
///
///     policy.expected(layers, [](layer_mask m) {
///       return adapt::operations<network, optim::adam>({.layers = m}, 16);
///     });
template <class Network, class Optimizer>
[[nodiscard]] constexpr std::size_t operations(optim::decision const& d, std::size_t n) noexcept {
  if ((d.layers & layer_mask::all(Network::layers)).empty()) return 0;
  return nn::operations<Network>(d.layers, n, d.backward_rows(n)) +
         optim::operations<Optimizer, typename Network::layout>(d.layers);
}

}  // namespace halo::adapt
