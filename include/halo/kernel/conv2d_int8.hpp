// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <halo/kernel/conv2d_panel.hpp>
#include <halo/kernel/gemm_int8.hpp>

namespace halo::kernel {

/// How x becomes bytes.
struct byte_grid {
  value_range<float> range;  ///< what the grid reaches
  unsigned bits;             ///< 2 to 8
  grid steps;                ///< from smallest to largest, or alike on both sides of 0
  std::uint8_t zero;         ///< the byte of 0: what stands beside an image
};

namespace detail {

/// Outputs that are computed together: as many rows of bytes wait in the scratch.
inline constexpr std::size_t byte_block = 24;

/// One row: what the outputs at a position see of an image, zeros beside it included.
template <class Arch>
void gather_bytes(conv2d_geometry const& g, std::size_t oy, std::size_t ox,
                  std::uint8_t const* image, std::uint8_t zero, std::uint8_t* to) noexcept {
  std::size_t const channels = g.group_in(), line = g.x.kernel * channels;
  window_range const rows = g.y.taps(oy), columns = g.x.taps(ox);
  bool const dense = g.groups == 1 && g.x.dilation == 1;
  for (std::size_t ky = 0; ky < g.y.kernel; ++ky, to += line) {
    if (ky < rows.begin || ky >= rows.end || columns.size() == 0) {
      std::fill_n(to, line, zero);
      continue;
    }
    std::size_t const y = oy * g.y.stride + ky * g.y.dilation - g.y.low;
    std::size_t const x = ox * g.x.stride + columns.begin * g.x.dilation - g.x.low;
    std::uint8_t const* from = image + (y * g.x.in + x) * g.in;
    std::fill_n(to, columns.begin * channels, zero);
    std::uint8_t* const at = to + columns.begin * channels;
    if (dense) {
      std::copy_n(from, columns.size() * channels, at);
    } else {
      for (std::size_t k = 0; k < columns.size(); ++k, from += g.x.dilation * g.in)
        std::copy_n(from, channels, at + k * channels);
    }
    std::fill(to + columns.end * channels, to + line, zero);
  }
}

/// Rows of numbers to rows of bytes, zeros behind them.
template <class Arch>
void quantise_rows(std::size_t m, std::size_t depth, byte_grid const& grid, float const* x,
                   std::uint8_t* to) noexcept {
  std::size_t const stride = byte_panels::stride(depth);
  if (stride == depth)
    return quantise_bytes<Arch>(m * depth, grid.range, grid.bits, grid.steps, x, to);
  for (std::size_t i = 0; i < m; ++i, x += depth, to += stride) {
    quantise_bytes<Arch>(depth, grid.range, grid.bits, grid.steps, x, to);
    std::fill(to + depth, to + stride, std::uint8_t{0});
  }
}

}  // namespace detail

/// Bytes of weights and of scratch that conv2d_int8 wants, and numbers of a byte_columns array.
[[nodiscard]] constexpr std::size_t conv2d_int8_depth(conv2d_geometry const& g) noexcept {
  return g.y.kernel * g.x.kernel * g.group_in();
}
[[nodiscard]] constexpr std::size_t conv2d_int8_weights(conv2d_geometry const& g) noexcept {
  return g.groups * byte_panels::size(conv2d_int8_depth(g), g.group_out());
}
[[nodiscard]] constexpr std::size_t conv2d_int8_columns(conv2d_geometry const& g) noexcept {
  return g.groups * byte_panels::padded(g.group_out());
}
[[nodiscard]] constexpr std::size_t conv2d_int8_scratch(conv2d_geometry const& g) noexcept {
  return g.input_size() + detail::byte_block * byte_panels::stride(conv2d_int8_depth(g));
}

/// A convolution, or with one pixel a fully connected layer, on bytes: y of x brought to its grid,
/// times signed bytes of weights.
///
/// @param x  [images, height, width, in] floats
/// @param w  for each group panels of [kernel height · kernel width · group_in, group_out]
/// @param columns  for each group one of each output, padded to whole panels
/// @param y  [images, height', width', out]
/// @param scratch  conv2d_int8_scratch(g) bytes
/// @note  allocates nothing
template <class Arch = simd::default_arch, bool Fused = simd::has_byte_dot>
void conv2d_int8(std::size_t images, conv2d_geometry const& g, byte_grid const& grid,
                 float const* x, std::uint8_t const* w, byte_columns const& columns, float* y,
                 std::uint8_t* scratch) noexcept {
  std::size_t const depth = conv2d_int8_depth(g), stride = byte_panels::stride(depth);
  std::size_t const positions = g.y.out * g.x.out;
  bool const pointwise =
      g.groups == 1 && g.y.kernel * g.x.kernel == 1 && positions == g.y.in * g.x.in;
  if (pointwise) {  // each row is a run of numbers: images need not be kept apart
    std::size_t const all = images * positions;
    for (std::size_t first = 0; first < all; first += detail::byte_block) {
      std::size_t const m = std::min(detail::byte_block, all - first);
      detail::quantise_rows<Arch>(m, depth, grid, x + first * depth, scratch);
      gemm_int8<Arch, Fused>(m, g.out, depth, scratch, stride, w, columns, y + first * g.out,
                             g.out);
    }
    return;
  }
  std::uint8_t* const rows = scratch + g.input_size();
  std::size_t const width = byte_panels::padded(g.group_out());
  for (std::size_t i = 0; i < detail::byte_block; ++i)
    std::fill(rows + i * stride + depth, rows + (i + 1) * stride, std::uint8_t{0});
  for (; images > 0; --images, x += g.input_size(), y += g.output_size()) {
    quantise_bytes<Arch>(g.input_size(), grid.range, grid.bits, grid.steps, x, scratch);
    for (std::size_t first = 0; first < positions; first += detail::byte_block) {
      std::size_t const m = std::min(detail::byte_block, positions - first);
      for (std::size_t group = 0; group < g.groups; ++group) {
        for (std::size_t i = 0; i < m; ++i)
          detail::gather_bytes<Arch>(g, (first + i) / g.x.out, (first + i) % g.x.out,
                                     scratch + group * g.group_in(), grid.zero, rows + i * stride);
        std::size_t const at = group * width;
        byte_columns const own{columns.scale + at, columns.bias + at, columns.offset + at,
                               columns.center == nullptr ? nullptr : columns.center + at};
        gemm_int8<Arch, Fused>(m, g.group_out(), depth, rows, stride,
                               w + group * byte_panels::size(depth, g.group_out()), own,
                               y + first * g.out + group * g.group_out(), g.out);
      }
    }
  }
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
