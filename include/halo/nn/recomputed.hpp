// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace halo::nn {

namespace detail {

template <class Network>
[[nodiscard]] consteval bool recomputes() {
  if constexpr (requires { Network::recomputes; }) return Network::recomputes;
  return false;
}

}  // namespace detail

/// A network whose activations lie where their gradients will: a backward pass in parts writes over
/// them and runs forward again for those that are asked for afterwards.
///
/// The same bits for one more forward pass. It matters to optimizers that take a gradient in parts.
///
///     using network = nn::recomputed<zoo::mnist_cnn<>>;
///     static adapt::adapter<network, nn::cross_entropy, learned::lean_halo_rule, 1> device;
template <class Network>
struct recomputed : Network {
  static constexpr bool recomputes = true;  ///< what gradient_parts looks for
};

}  // namespace halo::nn
