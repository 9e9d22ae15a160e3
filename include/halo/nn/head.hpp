// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

namespace halo::nn {

namespace detail {

template <class Done, class... L>
struct split_last;
template <class... Done, class Last>
struct split_last<sequential<Done...>, Last> {
  using body = sequential<Done...>;
  using last = Last;
};
template <class... Done, class Next, class... L>
  requires(sizeof...(L) > 0)
struct split_last<sequential<Done...>, Next, L...> : split_last<sequential<Done..., Next>, L...> {};

template <class Network>
struct parts_of;
template <class First, class... L>
struct parts_of<sequential<First, L...>> : split_last<sequential<First>, L...> {};

template <class L>
inline constexpr bool is_linear = false;
template <std::size_t In, std::size_t Out>
inline constexpr bool is_linear<linear<In, Out>> = true;

}  // namespace detail

/// A network that ends in a linear layer, taken apart: the body, which makes features of an
/// example, and the head, which makes outputs of them.
///
/// The body's parameters are the first of the network's, the head's weights [features, outputs] and
/// biases [outputs] the last.
template <class Network>
struct head {
  using parts = detail::parts_of<Network>;
  static_assert(detail::is_linear<typename parts::last>,
                "halo: head: the network's last layer is nn::linear");
  using body = typename parts::body;
  static constexpr std::size_t features = body::outputs, outputs = Network::outputs;
  static constexpr std::size_t weights = body::parameters;  ///< where they begin
  static constexpr std::size_t biases = weights + features * outputs;
  static_assert(biases + outputs == Network::parameters);
};

}  // namespace halo::nn
