// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

#include <halo/core/assert.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/window.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

/// Sizes of a convolution: x is [images, y.in, x.in, in], its output [images, y.out, x.out, out],
/// weights are [y.kernel, x.kernel, in / groups, out].
struct conv2d_geometry {
  window_axis y, x;        ///< rows and columns
  std::size_t in, out;     ///< channels
  std::size_t groups = 1;  ///< divides in and out: each out/groups outputs see in/groups inputs

  /// Input channels that an output sees.
  [[nodiscard]] constexpr std::size_t group_in() const noexcept { return in / groups; }
  /// Outputs that see the same inputs.
  [[nodiscard]] constexpr std::size_t group_out() const noexcept { return out / groups; }
  [[nodiscard]] constexpr std::size_t input_size() const noexcept { return y.in * x.in * in; }
  [[nodiscard]] constexpr std::size_t output_size() const noexcept { return y.out * x.out * out; }
  /// Numbers of all kernels.
  [[nodiscard]] constexpr std::size_t weights() const noexcept {
    return y.kernel * x.kernel * group_in() * out;
  }
  /// Multiply-adds an image, those with zeros around it included.
  [[nodiscard]] constexpr std::size_t operations() const noexcept {
    return y.out * x.out * weights();
  }
};

namespace detail {

/// Images as a walk reads them: data points to the first row, column and channel asked for.
template <class T>
struct image_view {
  T const* data;
  std::size_t row, pixel;  // elements from one to the next
};

/// A part of one image, [rows, columns, channels]; columns may begin before it and end behind it.
struct image_part {
  window_range rows;
  std::ptrdiff_t column;
  std::size_t columns;
  window_range channels;
};

/// n zeros; returns what lies behind them. (Rows are short: no call of memset.)
template <class Arch, class T>
inline T* put_zeros(T* to, std::size_t n) noexcept {
  using V = simd::batch<T, Arch>;
  simd::for_each_chunk<T, Arch>(n, [&](auto chunk) { chunk.store(to, V(T(0))); });
  return to + n;
}

template <class Arch, class T>
inline T* put_copy(T* to, T const* from, std::size_t n) noexcept {
  simd::for_each_chunk<T, Arch>(n, [&](auto chunk) { chunk.store(to, chunk.load(from)); });
  return to + n;
}

/// The part as it lies in x where all its columns exist, else copied to panel with zeros around.
template <class Arch, class T>
[[nodiscard]] inline image_view<T> view_of(T const* x, std::size_t width, std::size_t channels,
                                           image_part const& part, std::span<T> panel) noexcept {
  auto const first = static_cast<std::size_t>(std::max<std::ptrdiff_t>(part.column, 0));
  auto const before = static_cast<std::size_t>(std::max<std::ptrdiff_t>(-part.column, 0));
  std::size_t const depth = part.channels.size();
  T const* source = x + (part.rows.begin * width + first) * channels + part.channels.begin;
  if (before == 0 && first + part.columns <= width) return {source, width * channels, channels};
  HALO_EXPECTS(part.rows.size() * part.columns * depth <= panel.size(),
               "conv2d: a part of an image fits its panel");
  std::size_t const front = std::min(before, part.columns);
  std::size_t const there =
      first < width ? std::min(width - first, part.columns - front) : std::size_t{0};
  T* to = panel.data();
  for (std::size_t r = 0; r < part.rows.size(); ++r, source += width * channels) {
    to = put_zeros<Arch>(to, front * depth);
    if (depth == channels) {
      to = put_copy<Arch>(to, source, there * depth);
    } else {
      for (std::size_t q = 0; q < there; ++q) to = put_copy<Arch>(to, source + q * channels, depth);
    }
    to = put_zeros<Arch>(to, (part.columns - front - there) * depth);
  }
  return {panel.data(), part.columns * depth, depth};
}

/// One direction of a panel, whose units of work are ratio inputs or outputs each.
struct panel_axis {
  std::size_t units, step, taps, dilation, ratio;

  /// Most rows or columns that u units with t taps read.
  ///
  /// Going forward (ratio 1) the first and the last lie (u - 1) · step + (t - 1) · dilation apart.
  /// Going back (step 1, ratio s) the numbers i + low - k · dilation of u · s inputs and t taps are
  /// u · s - 1 + (t - 1) · dilation apart, and ⌊·/s⌋ of the first and the last of such a run differ
  /// most where the first is s - 1 modulo s: by u - 1 + ⌊((t - 1) · dilation + 2 (s - 1)) / s⌋.
  [[nodiscard]] constexpr std::size_t needed(std::size_t u, std::size_t t) const noexcept {
    return (u - 1) * step + ((t - 1) * dilation + 2 * (ratio - 1)) / ratio + 1;
  }
};

/// How a convolution is cut so that what it reads of an image fits a panel.
struct conv2d_cut {
  std::size_t rows, columns;  // units at a time
  std::size_t taps_y, taps_x, channels;

  /// @param depth  most taps times channels
  conv2d_cut(panel_axis const& y, panel_axis const& x, std::size_t all_channels,
             std::size_t capacity, std::size_t depth) noexcept
      : rows(1), columns(x.units), taps_y(y.taps), taps_x(x.taps), channels(all_channels) {
    constexpr std::size_t worth_while = 16;  // columns that share what is read of the weights
    auto const fits = [&] {
      return y.needed(rows, taps_y) * x.needed(columns, taps_x) * channels <= capacity &&
             taps_y * taps_x * channels <= depth;
    };
    auto const halve = [&](std::size_t& n, std::size_t least) {
      while (n > least && !fits()) n = std::max((n + 1) / 2, least);
    };
    halve(columns, std::min(columns, worth_while));
    halve(channels, 1);
    halve(taps_y, 1);
    halve(columns, 1);
    halve(taps_x, 1);
    for (rows = y.units; rows > 1 && !fits();) --rows;
  }
};

/// A part of the work of one image: outputs and what is summed in them.
struct conv2d_block {
  std::size_t group;
  window_range rows, columns;
  window_range ky, kx, channels;
};

/// Calls body(block, first, last) for each block of taps and channels of given outputs.
template <class Body>
inline void for_each_block(conv2d_geometry const& g, conv2d_cut const& cut, std::size_t channels,
                           conv2d_block b, Body&& body) noexcept {
  bool first = true;
  for (std::size_t c = 0; c < channels; c += cut.channels) {
    b.channels = {c, std::min(c + cut.channels, channels)};
    for (std::size_t ky = 0; ky < g.y.kernel; ky += cut.taps_y) {
      b.ky = {ky, std::min(ky + cut.taps_y, g.y.kernel)};
      for (std::size_t kx = 0; kx < g.x.kernel; kx += cut.taps_x, first = false) {
        b.kx = {kx, std::min(kx + cut.taps_x, g.x.kernel)};
        body(b, first,
             b.kx.end == g.x.kernel && b.ky.end == g.y.kernel && b.channels.end == channels);
      }
    }
  }
}

/// Calls body(rows, columns) for each block of h by w outputs.
template <class Body>
inline void for_each_output(std::size_t h, std::size_t w, std::size_t rows, std::size_t columns,
                            Body&& body) noexcept {
  for (std::size_t o = 0; o < h; o += rows) {
    for (std::size_t q = 0; q < w; q += columns)
      body(window_range{o, std::min(o + rows, h)}, window_range{q, std::min(q + columns, w)});
  }
}

/// The axes of panels that walks over outputs read.
[[nodiscard]] constexpr panel_axis forward_axis(window_axis const& a) noexcept {
  return {a.out, a.stride, a.kernel, a.dilation, 1};
}

/// Numbers of a panel for so many channels: all that is read, if a block is that large.
template <class T, class Arch>
[[nodiscard]] constexpr std::size_t panel_size(panel_axis const& y, panel_axis const& x,
                                               std::size_t channels) noexcept {
  return std::min(y.needed(y.units, y.taps) * x.needed(x.units, x.taps) * channels,
                  blocking<T, Arch>::scratch);
}

/// How outputs are cut for walks over an image's rows.
template <class T, class Arch>
[[nodiscard]] inline conv2d_cut cut_outputs(conv2d_geometry const& g, std::size_t size) noexcept {
  return {forward_axis(g.y), forward_axis(g.x), g.group_in(),
          std::min(size, blocking<T, Arch>::scratch), std::numeric_limits<std::size_t>::max()};
}

/// What a block of outputs sees of one image.
template <class T>
struct seen_image {
  image_view<T> view;
  std::size_t row;  // the first, counted from the first zero above the image
  bool merged;      // places kx and channels of a row lie behind one another
};

template <class Arch, class T>
[[nodiscard]] inline seen_image<T> see(conv2d_geometry const& g, T const* x, conv2d_block const& b,
                                       std::span<T> panel) noexcept {
  std::size_t const top = b.rows.begin * g.y.stride + b.ky.begin * g.y.dilation;
  std::size_t const bottom = (b.rows.end - 1) * g.y.stride + (b.ky.end - 1) * g.y.dilation;
  std::size_t const first = std::clamp(top, g.y.low, g.y.low + g.y.in);
  std::size_t const end = std::clamp(bottom + 1, first, g.y.low + g.y.in);
  std::size_t const left = b.columns.begin * g.x.stride + b.kx.begin * g.x.dilation;
  std::size_t const skipped = b.group * g.group_in();
  image_part const part{{first - g.y.low, end - g.y.low},
                        static_cast<std::ptrdiff_t>(left) - static_cast<std::ptrdiff_t>(g.x.low),
                        (b.columns.size() - 1) * g.x.stride + (b.kx.size() - 1) * g.x.dilation + 1,
                        {skipped + b.channels.begin, skipped + b.channels.end}};
  auto const v = view_of<Arch>(x, g.x.in, g.in, part, panel);
  std::size_t const n = b.channels.size();
  return {v, first, v.pixel == n && n == g.group_in() && g.x.dilation == 1};
}

}  // namespace detail
}  // namespace halo::kernel

#include <halo/macros_back.hpp>
