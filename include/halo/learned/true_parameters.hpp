// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/learned/optimizer.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/program_traits.hpp>

namespace halo::learned {

/// Calls body(parameter, number of its state that makes it true) for all coordinates.
template <program P, class State, class Body>
void for_each_true(State& s, Body&& body) {
  static_assert(program_traits<P>::attends,
                "halo: the parameters of this optimizer are where its gradients are");
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
  if constexpr (program_traits<P>::attends) {
    for_each_true<P>(s, [=](std::size_t k, T ahead) { room[k] = theta[k] + ahead; });
    return room;
  }
  return theta;
}

}  // namespace halo::learned
