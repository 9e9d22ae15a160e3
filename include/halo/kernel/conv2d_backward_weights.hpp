// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <halo/kernel/conv2d_panel.hpp>
#include <halo/kernel/conv2d_tile.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/kernel/sum.hpp>
#include <halo/kernel/winograd_weights.hpp>

namespace halo::kernel {

namespace detail {

/// What one block of outputs of one image adds to the weights.
template <class Arch, class T>
void conv2d_weights_block(conv2d_geometry const& g, T const* x, T const* dy, T* dw,
                          conv2d_block const& b, bool zero, std::span<T> panel) noexcept {
  seen_image<T> const seen = see<Arch>(g, x, b, panel);
  std::size_t const out = g.group_out(), skipped = b.group * out;
  std::size_t const together = seen.merged ? b.kx.size() : 1;
  walk_task<T> t{};
  t.across = t.tiles = 1;
  t.depth = b.columns.size();
  t.a_row = 1;
  t.a_down = g.y.stride * seen.view.row;
  t.a_step = g.x.stride * seen.view.pixel;
  t.b_step = t.c_row = g.out;
  t.b_down = g.x.out * g.out;
  for (std::size_t k = b.ky.begin; k < b.ky.end; ++k) {
    window_range const rows = b.rows.within(g.y.outputs(k));
    t.down = rows.size();
    if (t.down == 0 && !zero) continue;
    T const* a = seen.view.data;
    if (t.down > 0) a += (rows.begin * g.y.stride + k * g.y.dilation - seen.row) * seen.view.row;
    t.b = dy + (rows.begin * g.x.out + b.columns.begin) * g.out + skipped;
    for (std::size_t l = b.kx.begin; l < b.kx.end; l += together) {
      t.a = a + (l - b.kx.begin) * g.x.dilation * seen.view.pixel;
      t.c = dw + ((k * g.x.kernel + l) * g.group_in() + b.channels.begin) * g.out + skipped;
      t.from = zero ? nullptr : t.c;
      t.from_row = zero ? 0 : g.out;
      t.add = !zero;
      walk<T, Arch>(t, b.channels.size() * together, out);
    }
  }
}

/// All images, by plain sums.
template <class Arch, class T>
[[gnu::noinline]] void conv2d_weights_images(std::size_t images, conv2d_geometry const& g,
                                             T const* x, T const* dy, T* dw, start from,
                                             std::span<T> panel) noexcept {
  conv2d_cut const cut = cut_outputs<T, Arch>(g, panel.size());
  for (std::size_t group = 0; group < g.groups; ++group) {
    for_each_block(
        g, cut, g.group_in(), {group, {}, {}, {}, {}, {}}, [&](conv2d_block b, bool, bool) {
          bool zero = from == start::zero;
          for (std::size_t n = 0; n < images; ++n) {
            for_each_output(g.y.out, g.x.out, cut.rows, cut.columns, [&](auto rows, auto columns) {
              b.rows = rows;
              b.columns = columns;
              conv2d_weights_block<Arch>(g, x + n * g.input_size(), dy + n * g.output_size(), dw, b,
                                         zero, panel);
              zero = false;
            });
          }
        });
  }
}

/// More images than these are summed in parts, if the weights fit a place on the stack.
inline constexpr std::size_t many_images = 256, few_weights = 1024;

/// The same, so many images at a time in a place of their own: the error of a sum grows with its
/// length.
template <class Arch, class T>
[[gnu::noinline]] void conv2d_weights_parts(std::size_t images, conv2d_geometry const& g,
                                            T const* x, T const* dy, T* dw, start from,
                                            std::span<T> panel) noexcept {
  if (from == start::zero) std::fill_n(dw, g.weights(), T(0));
  std::array<T, few_weights> part;
  constexpr std::size_t together = many_images;
  for (std::size_t first = 0; first < images; first += together) {
    conv2d_weights_images<Arch>(std::min(together, images - first), g, x + first * g.input_size(),
                                dy + first * g.output_size(), part.data(), start::zero, panel);
    sum<Arch, T*>(g.weights(), dw, part.data(), dw);
  }
}

}  // namespace detail

/// dw ← [0 | dw] + dL/dw of conv2d_forward:
///
/// dw[k, l, i, j] = Σ_{n, o, q} x[n, o·s + k·d - low, q·s + l·d - low, i] · dy[n, o, q, j]
///
/// Images, or blocks of large ones, are summed each from zero and added in their order, parts of
/// 256 images where there are more and at most 1024 weights.
///
/// @param lent  conv2d_room bytes
/// @note  dw must not overlap x or dy; allocates nothing
template <class Arch = simd::default_arch, class T>
void conv2d_backward_weights(std::size_t images, conv2d_geometry const& g, T const* x, T const* dy,
                             T* dw, start from = start::zero, room lent = {}) noexcept {
  if (images == 0) {
    if (from == start::zero) std::fill_n(dw, g.weights(), T(0));
  } else if (detail::suits_winograd<T, Arch>(g) &&
             detail::sums_stay_finite(64 * images * g.y.out * g.x.out,
                                      magnitude<Arch>(images * g.input_size(), x),
                                      magnitude<Arch>(images * g.output_size(), dy))) {
    detail::winograd_weights<Arch, T>({images, g.y, g.x, g.in, g.out, x, dw, from, nullptr, {}}, dy,
                                      lent);
  } else {
    detail::in_room<detail::blocking<T, Arch>::scratch, T>(
        lent,
        detail::panel_size<T, Arch>(detail::forward_axis(g.y), detail::forward_axis(g.x),
                                    g.group_in()),
        [&](std::span<T> panel) {
          if (images > detail::many_images && g.weights() <= detail::few_weights)
            detail::conv2d_weights_parts<Arch>(images, g, x, dy, dw, from, panel);
          else
            detail::conv2d_weights_images<Arch>(images, g, x, dy, dw, from, panel);
        });
  }
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
