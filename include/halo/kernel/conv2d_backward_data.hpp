// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include <halo/core/assert.hpp>
#include <halo/kernel/conv2d_panel.hpp>
#include <halo/kernel/conv2d_tile.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/window_phase.hpp>
#include <halo/kernel/winograd.hpp>

namespace halo::kernel {

namespace detail {

template <class T>
struct conv2d_data_task {
  conv2d_geometry const& g;
  T const* dy;
  T const* w;
  T* dx;
};

/// Weights as walks over outputs want them: phase by phase, the last taps first, inputs along rows.
template <class Arch, class T>
void pack_phases(conv2d_geometry const& g, T const* w, conv2d_block const& b, window_range in,
                 std::span<T> room) noexcept {
  std::size_t const size = b.channels.size() * whole_registers<T, Arch>(in.size());
  HALO_EXPECTS(b.ky.size() * b.kx.size() * size <= room.size(),
               "conv2d: the weights of a block fit their room");
  T* packed = room.data();
  w += in.begin * g.out + b.group * g.group_out() + b.channels.begin;
  for (std::size_t py = 0; py < g.y.stride; ++py) {
    window_phase const y(g.y, py, b.ky);
    for (std::size_t px = 0; px < g.x.stride; ++px) {
      window_phase const x(g.x, px, b.kx);
      for (std::size_t i = 0; i < y.taps; ++i) {
        for (std::size_t j = 0; j < x.taps; ++j, packed += size) {
          std::size_t const tap = (y.last - i * y.tap_step) * g.x.kernel + x.last - j * x.tap_step;
          pack_transposed<T, Arch>(w + tap * g.group_in() * g.out, g.out, b.channels.size(),
                                   in.size(), packed);
        }
      }
    }
  }
}

/// The outputs that see a block of inputs, with zeros where there are none.
template <class T>
struct seeing_outputs {
  image_view<T> view;
  std::ptrdiff_t row, column;  // the first
};

template <class Arch, class T>
[[nodiscard]] inline seeing_outputs<T> see_back(conv2d_geometry const& g, T const* dy,
                                                conv2d_block const& b,
                                                std::span<T> panel) noexcept {
  auto const high = static_cast<std::ptrdiff_t>(g.y.out);
  auto const [up, down] = outputs_around(g.y, b.rows, b.ky);
  auto const [left, right] = outputs_around(g.x, b.columns, b.kx);
  std::ptrdiff_t const top = std::clamp<std::ptrdiff_t>(up, 0, high);
  std::ptrdiff_t const bottom = std::clamp<std::ptrdiff_t>(down + 1, 0, high);
  std::size_t const skipped = b.group * g.group_out();
  image_part const part{{static_cast<std::size_t>(top), static_cast<std::size_t>(bottom)},
                        left,
                        static_cast<std::size_t>(right + 1 - left),
                        {skipped + b.channels.begin, skipped + b.channels.end}};
  return {view_of<Arch>(dy, g.x.out, g.out, part, panel), top, left};
}

/// Channels `in` of one phase's inputs of a block: t says all but rows, seen where they are.
template <class Arch, class T>
void conv2d_data_phase(conv2d_geometry const& g, conv2d_block const& b,
                       seeing_outputs<T> const& seen, window_phase const& y, window_phase const& x,
                       std::size_t columns, T const* packed, T* dx, std::size_t n,
                       walk_task<T> t) noexcept {
  bool const zero = t.from_row == 0;
  std::size_t const begin = b.rows.begin / g.y.stride;
  std::size_t const end = (b.rows.end + g.y.stride - 1 - y.phase) / g.y.stride;
  std::ptrdiff_t const column =
      static_cast<std::ptrdiff_t>(b.columns.begin / g.x.stride) + x.output - seen.column;
  for (std::size_t i = begin; i < end; i += t.tiles) {
    window_range const taps = y.inside(i, g.y.out);
    t.tiles = 1;
    while (i + t.tiles < end && y.inside(i + t.tiles, g.y.out) == taps) ++t.tiles;
    t.down = x.taps > 0 ? taps.size() : 0;
    if (t.down == 0 && !zero) continue;
    t.a = seen.view.data;
    if (t.down > 0) {
      std::ptrdiff_t const row =
          static_cast<std::ptrdiff_t>(i + taps.begin * y.output_step) + y.output - seen.row;
      t.a += static_cast<std::size_t>(row) * seen.view.row +
             static_cast<std::size_t>(column) * seen.view.pixel;
    }
    t.b = packed + taps.begin * t.b_down;
    t.c = dx + (i - begin) * t.c_tile;
    t.from = zero ? nullptr : t.c;
    walk<T, Arch>(t, columns, n);
  }
}

/// Channels `in` of the inputs of one block.
template <class Arch, class T>
void conv2d_data_block(conv2d_data_task<T> const& f, conv2d_block const& b, window_range in,
                       T const* packed, bool zero, std::span<T> panel) noexcept {
  conv2d_geometry const& g = f.g;
  seeing_outputs<T> const seen = see_back<Arch>(g, f.dy, b, panel);
  image_view<T> const& v = seen.view;
  T* const dx =
      f.dx + (b.rows.begin * g.x.in + b.columns.begin) * g.in + b.group * g.group_in() + in.begin;
  walk_task<T> t{};
  t.a_step = 1;
  t.a_row = v.pixel;
  t.a_tile = v.row;
  t.b_step = whole_registers<T, Arch>(in.size());
  t.b_across = b.channels.size() * t.b_step;
  t.c_row = g.x.stride * g.in;
  t.c_tile = g.y.stride * g.x.in * g.in;
  t.from_row = zero ? 0 : t.c_row;
  for (std::size_t py = 0; py < g.y.stride; ++py) {
    window_phase const y(g.y, py, b.ky);
    t.a_down = y.output_step * v.row;
    for (std::size_t px = 0; px < g.x.stride; ++px) {
      window_phase const x(g.x, px, b.kx);
      bool const merged = v.pixel == b.channels.size() && x.output_step == 1;
      t.across = merged ? 1 : x.taps;
      t.depth = b.channels.size() * (merged ? x.taps : 1);
      t.a_across = x.output_step * v.pixel;
      t.b_down = x.taps * t.b_across;
      if (px < b.columns.size())
        conv2d_data_phase<Arch>(g, b, seen, y, x, (b.columns.size() - 1 - px) / g.x.stride + 1,
                                packed, dx + (py * g.x.in + px) * g.in, in.size(), t);
      packed += y.taps * t.b_down;
    }
  }
}

/// The axes of panels that walks over inputs read.
[[nodiscard]] constexpr panel_axis backward_axis(window_axis const& a) noexcept {
  return {(a.in - 1) / a.stride + 1, 1, a.kernel, a.dilation, a.stride};
}

/// What the way back to the data wants: a panel of outputs and a block of weights.
template <class T, class Arch>
struct conv2d_data_sizes {
  std::size_t panel, packed;

  constexpr explicit conv2d_data_sizes(conv2d_geometry const& g) noexcept
      : panel((panel_size<T, Arch>(backward_axis(g.y), backward_axis(g.x), g.group_out()) + 15) /
              16 * 16),
        packed(std::min(
            g.y.kernel * g.x.kernel * g.group_out() * whole_registers<T, Arch>(g.group_in()),
            blocking<T, Arch>::scratch)) {}
};

/// @param room  numbers of both sizes
template <class Arch, class T>
[[gnu::noinline]] void conv2d_data_images(std::size_t images, conv2d_data_task<T> f, bool zero,
                                          std::span<T> room) noexcept {
  constexpr std::size_t lanes = tile_shape<T, Arch>::lanes;
  conv2d_geometry const& g = f.g;
  conv2d_data_sizes<T, Arch> const sizes(g);
  std::span<T> const panel = room.first(sizes.panel);
  std::span<T> const packed = room.subspan(sizes.panel, sizes.packed);
  std::size_t const sy = g.y.stride, sx = g.x.stride;
  conv2d_cut const cut(backward_axis(g.y), backward_axis(g.x), g.group_out(), panel.size(),
                       packed.size() / lanes);
  std::size_t const depth = cut.taps_y * cut.taps_x * cut.channels;
  std::size_t const width = packed.size() / depth / lanes * lanes;
  for (std::size_t group = 0; group < g.groups; ++group) {
    for (std::size_t i = 0; i < g.group_in(); i += width) {
      window_range const in{i, std::min(i + width, g.group_in())};
      for_each_block(g, cut, g.group_out(), {group, {}, {}, {}, {}, {}},
                     [&](conv2d_block b, bool first, bool) {
                       pack_phases<Arch>(g, f.w, b, in, packed);
                       conv2d_data_task<T> one = f;
                       for (std::size_t n = 0; n < images; ++n) {
                         for_each_output(g.y.in, g.x.in, cut.rows * sy, cut.columns * sx,
                                         [&](auto rows, auto columns) {
                                           b.rows = rows;
                                           b.columns = columns;
                                           conv2d_data_block<Arch>(one, b, in, packed.data(),
                                                                   first && zero, panel);
                                         });
                         one.dy += g.output_size();
                         one.dx += g.input_size();
                       }
                     });
    }
  }
}

}  // namespace detail

/// dx ← [0 | dx] + dL/dx of conv2d_forward:
///
/// dx[n, y, x, i] = Σ_{k, l, j} dy[n, o, q, j] · w[k, l, i, j] over all o, q that see y, x at k, l.
///
/// @param lent  conv2d_room bytes
/// @note  dx must not overlap dy or w; allocates nothing
template <class Arch = simd::default_arch, class T>
void conv2d_backward_data(std::size_t images, conv2d_geometry const& g, T const* dy, T const* w,
                          T* dx, start from = start::zero, room lent = {}) noexcept {
  auto const plain = [&](std::size_t first, std::size_t count) {
    detail::conv2d_data_sizes<T, Arch> const sizes(g);
    detail::in_room<2 * detail::blocking<T, Arch>::scratch + 16, T>(
        lent, sizes.panel + sizes.packed, [&](std::span<T> numbers) {
          detail::conv2d_data_images<Arch, T>(
              count, {g, dy + first * g.output_size(), w, dx + first * g.input_size()},
              from == start::zero, numbers);
        });
  };
  if (!detail::suits_winograd<T, Arch>(g)) return plain(0, images);
  auto const turned = [](window_axis a) {
    std::swap(a.in, a.out);
    a.low = a.reach() - 1 - a.low;
    return a;
  };
  detail::winograd<Arch, T>(
      {images, turned(g.y), turned(g.x), g.out, g.in, dy, dx, from, nullptr, {}},
      magnitude<Arch>(g.weights(), w),
      [&](window_range in, window_range out, T* kernels) {
        std::size_t const size = in.size() * detail::whole_registers<T, Arch>(out.size());
        for (std::size_t k = 9; k-- > 0; kernels += size)
          detail::pack_transposed<T, Arch>(w + (k * g.in + out.begin) * g.out + in.begin, g.out,
                                           in.size(), out.size(), kernels);
      },
      plain, lent);
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
