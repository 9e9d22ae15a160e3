// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/nn/linear.hpp>
#include <halo/nn/recomputed.hpp>
#include <halo/nn/sequential.hpp>

namespace halo::nn {

/// The body of a network that is a head alone: features are the inputs.
template <std::size_t N>
struct no_body {
  static constexpr std::size_t inputs = N, outputs = N, parameters = 0, statistics = 0;
  [[nodiscard]] static constexpr std::size_t inference_arena_size(std::size_t) noexcept {
    return 0;
  }
  /// As sequential's.
  [[nodiscard]] static constexpr std::size_t body_arena_size(std::size_t) noexcept { return 0; }
  template <class P>
  static simd::const_of<P> infer(pass const&, simd::const_of<P>, simd::const_of<P> x, P) noexcept {
    return x;
  }
  /// As infer.
  template <class P>
  static simd::const_of<P> infer_as_body(pass const& p, simd::const_of<P> theta,
                                         simd::const_of<P> x, P arena) noexcept {
    return infer<P>(p, theta, x, arena);
  }
};

namespace detail {

template <class L>
inline constexpr bool is_linear = false;
template <std::size_t In, std::size_t Out>
inline constexpr bool is_linear<linear<In, Out>> = true;

/// Done: what stands before the layers that are still to be looked at.
template <class Done, class... L>
struct split_last;
template <class... Done, class Last>
struct split_last<sequential<Done...>, Last> {
  using body = sequential<Done...>;
  using last = Last;
};
template <std::size_t N, class Last>
struct split_last<sequential<shape<N>>, Last> {
  using body = no_body<N>;
  using last = Last;
};
template <class... Done, class Next, class... L>
  requires(sizeof...(L) > 0)
struct split_last<sequential<Done...>, Next, L...> : split_last<sequential<Done..., Next>, L...> {};

template <class Network>
struct parts_of {
  using last = void;
};
template <class First, class... L>
struct parts_of<sequential<First, L...>> : split_last<sequential<First>, L...> {};
template <std::size_t In, std::size_t Out>
struct parts_of<sequential<linear<In, Out>>> : split_last<sequential<shape<In>>, linear<In, Out>> {
};
template <class Alone>
struct parts_of<sequential<Alone>> {
  using last = Alone;
};
template <class Network>
struct parts_of<recomputed<Network>> : parts_of<Network> {};

}  // namespace detail

/// Whether a network ends in a linear layer, one with a bias.
template <class Network>
inline constexpr bool has_head = detail::is_linear<typename detail::parts_of<Network>::last>;

/// A network that ends in a linear layer, taken apart: the body, which makes features of an
/// example, and the head, which makes outputs of them. Of a network that is one linear layer the
/// features are the inputs (no_body).
///
/// The body's parameters are the first of the network's, the head's weights [features, outputs] and
/// biases [outputs] the last.
template <class Network>
struct head {
  using parts = detail::parts_of<Network>;  ///< its layers, taken apart
  static_assert(detail::is_linear<typename parts::last>,
                "halo: head: the network's last layer is nn::linear with a bias");
  using body = typename parts::body;  ///< all layers but the last, a network
  /// Numbers that the head reads and gives.
  static constexpr std::size_t features = body::outputs, outputs = Network::outputs;
  static constexpr std::size_t weights = body::parameters;             ///< where they begin
  static constexpr std::size_t biases = weights + features * outputs;  ///< where the biases begin
  static_assert(biases + outputs == Network::parameters);
};

}  // namespace halo::nn
