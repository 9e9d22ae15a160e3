// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/autodiff/planar.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/loss_check.hpp>

namespace halo::nn {

/// Everything a network needs beside parameters and gradient to run on at most Capacity examples:
/// arena, output gradient. S is float, double or a dual number.
template <class Network, class S, std::size_t Capacity>
struct workspace {
  static constexpr std::size_t capacity = Capacity;
  autodiff::storage<S, Network::arena_size(Capacity)> arena;  ///< of a pass
  /// Of the loss, by the outputs.
  autodiff::storage<S, Network::outputs * Capacity> output_gradient;
};

/// Loss of a mini-batch and its gradient with respect to the parameters of layers that learn,
/// p.layers.
///
/// The one gradient program of a network: on float the fast path, on planes of duals the same with
/// directional derivatives, so its gradient's tangent is an exact Hessian-vector product.
/// @param theta     Network::parameters elements
/// @param x         [rows, inputs]
/// @param gradient  written where a layer learns, untouched elsewhere
template <class Network, class Loss, class P, class Workspace>
simd::element_of<P> value_and_gradient(pass p, simd::const_of<P> theta, simd::const_of<P> x,
                                       typename Loss::target const* t, P gradient,
                                       Workspace& w) noexcept {
  static_assert(detail::loss_on<Loss, P>::checked);
  p.capacity = Workspace::capacity;
  P const arena = w.arena.data();
  P const y = Network::template forward<P>(p, theta, x, arena);
  P const dy = w.output_gradient.data();
  auto const value =
      Loss::value_and_gradient(p.rows, Network::outputs, simd::const_of<P>(y), t, dy);
  Network::template backward<P>(p, theta, x, arena, dy, gradient);
  return value;
}

/// Loss of a mini-batch alone.
template <class Network, class Loss, class P, class Workspace>
simd::element_of<P> value(pass p, simd::const_of<P> theta, simd::const_of<P> x,
                          typename Loss::target const* t, Workspace& w) noexcept {
  static_assert(detail::loss_on<Loss, P>::checked);
  p.capacity = Workspace::capacity;
  P const y = Network::template forward<P>(p, theta, x, w.arena.data());
  return Loss::value_and_gradient(p.rows, Network::outputs, simd::const_of<P>(y), t, P{});
}

}  // namespace halo::nn
