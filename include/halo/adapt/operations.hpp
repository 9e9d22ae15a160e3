// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/optim/operations.hpp>
#include <halo/optim/policy.hpp>

namespace halo::adapt {

/// Multiply-adds of a step on n examples, the optimizer's arithmetic included.
///
/// With F of a forward pass of one example, W of the selected weight gradients, D of the input
/// gradients above the lowest of them, and k = d.backward_rows(n): n F + k (W + D) + optimizer.
/// The mean over a policy's draws:
///
///     policy.expected(layers, [](layer_mask m) {
///       return adapt::operations<network, optim::adam>({.layers = m}, 16);
///     });
template <class Network, class Optimizer>
[[nodiscard]] constexpr std::size_t operations(optim::decision const& d, std::size_t n) noexcept {
  if ((d.layers & layer_mask::all(Network::layers)).empty()) return 0;
  std::size_t const k = d.backward_rows(n);
  return Network::forward_operations * (n - k) + Network::operations(d.layers, k) +
         optim::operations<Optimizer, typename Network::layout>(d.layers);
}

}  // namespace halo::adapt
