// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>

#include <halo/kernel/conv2d_backward_data.hpp>
#include <halo/kernel/conv2d_panel.hpp>
#include <halo/kernel/winograd.hpp>
#include <halo/kernel/winograd_weights.hpp>

namespace halo::kernel {

/// Bytes of room that conv2d_forward, conv2d_backward_data and conv2d_backward_weights want: with
/// AVX-512 330 KB for Winograd's products, up to 192 KB for others.
template <class T, class Arch = simd::default_arch>
[[nodiscard]] constexpr std::size_t conv2d_room(conv2d_geometry const& g) noexcept {
  detail::conv2d_data_sizes<T, Arch> const back(g);
  std::size_t most = std::max(back.panel + back.packed,
                              detail::panel_size<T, Arch>(detail::forward_axis(g.y),
                                                          detail::forward_axis(g.x), g.group_in()));
  if (detail::suits_winograd<T, Arch>(g)) {
    most = std::max({most, detail::winograd_blocks<T, Arch>::size,
                     detail::winograd_weights_blocks<T, Arch>::size});
  }
  return detail::bytes_for<T>(most);
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
