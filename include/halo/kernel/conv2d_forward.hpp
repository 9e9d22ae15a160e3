// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <halo/kernel/conv2d_panel.hpp>
#include <halo/kernel/conv2d_tile.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/winograd.hpp>

namespace halo::kernel {

namespace detail {

template <class T>
struct conv2d_forward_task {
  conv2d_geometry const& g;
  T const* x;  // one image
  T const* w;
  T* y;
  start from;
  T const* bias;
  finisher<T> finish;
};

/// The activation on the outputs of one block, in runs as long as they lie behind one another.
template <class T>
void finish_block(conv2d_forward_task<T> const& f, conv2d_block const& b) noexcept {
  conv2d_geometry const& g = f.g;
  std::size_t rows = b.rows.size(), runs = b.columns.size(), n = g.group_out();
  if (g.groups == 1) n *= std::exchange(runs, 1);
  if (runs == 1 && b.columns.size() == g.x.out) n *= std::exchange(rows, 1);
  T* c = f.y + (b.rows.begin * g.x.out + b.columns.begin) * g.out + b.group * g.group_out();
  for (std::size_t o = 0; o < rows; ++o, c += g.x.out * g.out)
    f.finish.apply(f.finish.activation, c, g.out, runs, n);
}

/// The outputs of one block.
template <class Arch, class T>
void conv2d_forward_block(conv2d_forward_task<T> const& f, conv2d_block const& b, bool first,
                          bool last, std::span<T> panel) noexcept {
  conv2d_geometry const& g = f.g;
  seen_image<T> const seen = see<Arch>(g, f.x, b, panel);
  std::size_t const out = g.group_out(), skipped = b.group * out;
  walk_task<T> t{};
  t.across = seen.merged ? 1 : b.kx.size();
  t.depth = b.channels.size() * (seen.merged ? b.kx.size() : 1);
  t.a_row = g.x.stride * seen.view.pixel;
  t.a_down = g.y.dilation * seen.view.row;
  t.a_across = g.x.dilation * seen.view.pixel;
  t.a_step = 1;
  t.b_step = t.c_row = g.out;
  t.b_across = g.group_in() * g.out;
  t.b_down = g.x.kernel * t.b_across;
  T const* const w = f.w + b.kx.begin * t.b_across + b.channels.begin * g.out + skipped;
  bool const bias = first && f.from == start::bias;
  t.a_tile = g.y.stride * seen.view.row;
  t.c_tile = g.x.out * g.out;
  for (std::size_t o = b.rows.begin; o < b.rows.end; o += t.tiles) {
    window_range const taps = b.ky.within(g.y.taps(o));
    t.tiles = 1;
    while (o + t.tiles < b.rows.end && b.ky.within(g.y.taps(o + t.tiles)) == taps) ++t.tiles;
    t.down = taps.size();
    t.a = seen.view.data;
    if (t.down > 0) t.a += (o * g.y.stride + taps.begin * g.y.dilation - seen.row) * seen.view.row;
    t.b = w + taps.begin * t.b_down;
    t.c = f.y + (o * g.x.out + b.columns.begin) * g.out + skipped;
    t.from = bias ? f.bias + skipped : first && f.from == start::zero ? nullptr : t.c;
    t.from_row = bias || t.from == nullptr ? 0 : g.out;
    walk<T, Arch>(t, b.columns.size(), out);
  }
  if (last && f.finish.apply != nullptr) finish_block(f, b);
}

template <class Arch, class T>
[[gnu::noinline]] void conv2d_forward_images(std::size_t images, conv2d_forward_task<T> f,
                                             std::span<T> panel) noexcept {
  conv2d_geometry const& g = f.g;
  conv2d_cut const cut = cut_outputs<T, Arch>(g, panel.size());
  for (; images > 0; --images, f.x += g.input_size(), f.y += g.output_size()) {
    for (std::size_t group = 0; group < g.groups; ++group) {
      for_each_output(g.y.out, g.x.out, cut.rows, cut.columns, [&](auto rows, auto columns) {
        for_each_block(g, cut, g.group_in(), {group, rows, columns, {}, {}, {}},
                       [&](conv2d_block const& b, bool first, bool last) {
                         conv2d_forward_block<Arch>(f, b, first, last, panel);
                       });
      });
    }
  }
}

}  // namespace detail

/// y ← act([0 | y | bias] + x ∗ w), a convolution as networks mean it (a correlation):
///
/// y[n, o, q, j] = Σ_{k, l, i} x[n, o·s + k·d - low, q·s + l·d - low, i] · w[k, l, i, j]
///
/// with channels last and s, d, low of each axis; zero outside of x.
///
/// @param bias  out elements, read only with start::bias
/// @param act   as gemm's
/// @param lent  conv2d_room bytes
/// @note  y must not overlap x or w; allocates nothing
template <class Arch = simd::default_arch, class T, class Activation = no_activation>
void conv2d_forward(std::size_t images, conv2d_geometry const& g, T const* x, T const* w, T* y,
                    start from = start::zero, T const* bias = nullptr, Activation const& act = {},
                    room lent = {}) noexcept {
  detail::finisher<T> finish{nullptr, &act};
  if constexpr (!std::is_same_v<Activation, no_activation>)
    finish.apply = &detail::activate_block<Arch, T, Activation>;
  auto const plain = [&](std::size_t first, std::size_t count) {
    detail::in_room<detail::blocking<T, Arch>::scratch, T>(
        lent,
        detail::panel_size<T, Arch>(detail::forward_axis(g.y), detail::forward_axis(g.x),
                                    g.group_in()),
        [&](std::span<T> panel) {
          detail::conv2d_forward_images<Arch, T>(
              count,
              {g, x + first * g.input_size(), w, y + first * g.output_size(), from, bias, finish},
              panel);
        });
  };
  if (!detail::suits_winograd<T, Arch>(g)) return plain(0, images);
  detail::winograd<Arch, T>(
      {images, g.y, g.x, g.in, g.out, x, y, from, bias, finish}, magnitude<Arch>(g.weights(), w),
      [&](window_range in, window_range out, T* kernels) {
        std::size_t const size = in.size() * detail::whole_registers<T, Arch>(out.size());
        for (std::size_t k = 0; k < 9; ++k, kernels += size)
          detail::pack_rows<T, Arch>(w + (k * g.in + in.begin) * g.out + out.begin, g.out,
                                     in.size(), out.size(), kernels);
      },
      plain, lent);
}

}  // namespace halo::kernel
