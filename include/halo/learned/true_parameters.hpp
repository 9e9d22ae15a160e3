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
template <program P, parameter_layout Layout, floating T, class Body>
void for_each_true(state<P, Layout, T>& s, Body&& body) noexcept {
  static_assert(attends<P>, "halo: the parameters of this optimizer are where its gradients are");
  for (std::size_t t = 0; t < Layout::tensors; ++t)
    for (std::size_t i = 0; i < Layout::table[t].count; ++i)
      body(Layout::table[t].offset + i,
           s.tile(t)[(i / tile_lanes * P::state + P::at_true) * tile_lanes + i % tile_lanes]);
}

}  // namespace halo::learned
