// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/learned/optimizer.hpp>
#include <halo/learned/program.hpp>

namespace halo::learned {

/// Whether a program asks for gradients at a point ahead of the parameters; P::at_true is then the
/// number of a coordinate that, added to this point, gives them.
template <class P>
inline constexpr bool attends = [] {
  if constexpr (requires { P::attends; }) return P::attends;
  return false;
}();

/// Calls body(parameter, number of its state that makes it true) for all coordinates.
template <program P, class State, class Body>
void for_each_true(State& s, Body&& body) {
  static_assert(attends<P>, "halo: the parameters of this optimizer are where its gradients are");
  using layout = typename State::layout;
  for (std::size_t t = 0; t < layout::tensors; ++t)
    for (std::size_t i = 0; i < layout::table[t].count; ++i)
      body(layout::table[t].offset + i,
           s.tile(t)[(i / tile_lanes * P::state + P::at_true) * tile_lanes + i % tile_lanes]);
}

/// The parameters that count, for a network to work with: θ, or where a program attends, those
/// behind θ, written to `room`.
/// @param room  Layout::size numbers; null will do where the program does not attend
template <program P, parameter_layout Layout, floating T>
[[nodiscard]] T const* true_parameters(state<P, Layout, T> const& s, T const* theta, T* room) {
  if constexpr (attends<P>) {
    for_each_true<P>(s, [=](std::size_t k, T ahead) { room[k] = theta[k] + ahead; });
    return room;
  }
  return theta;
}

}  // namespace halo::learned
