// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/layer_mask.hpp>

namespace halo::nn {

/// Multiply-adds of a network's forward pass on n examples and its backward pass on k of them.
///
/// With F of a forward pass of one example, W of the selected weight gradients and D of the input
/// gradients above the lowest of them: n F + k (W + D); nothing where no layer is selected.
/// @pre k <= n
template <class Network>
[[nodiscard]] constexpr std::size_t operations(layer_mask layers, std::size_t n,
                                               std::size_t k) noexcept {
  if ((layers & layer_mask::all(Network::layers)).empty()) return 0;
  return Network::forward_operations * (n - k) + Network::operations(layers, k);
}

}  // namespace halo::nn
