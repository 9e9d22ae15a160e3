// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <halo/core/unrolled.hpp>
#include <halo/kernel/quantise.hpp>
#include <halo/simd/bytes.hpp>
#include <halo/simd/transform.hpp>

// Products of bytes: unsigned ones, what flows through a network, with signed ones, its weights.

namespace halo::kernel {

/// How bytes lie. Rows of the left side are `stride` apart, with zeros behind the last; the right
/// side lies in panels of 16 columns, four rows after four rows, the same on every machine.
struct byte_panels {
  static constexpr std::size_t columns = 16;        ///< of a panel
  static constexpr std::size_t most_depth = 33025;  ///< so many products of 255 · 255 fit 31 bits

  /// n columns in whole panels.
  [[nodiscard]] static constexpr std::size_t padded(std::size_t n) noexcept {
    return (n + columns - 1) / columns * columns;
  }
  /// Bytes from one row of the left side to the next.
  [[nodiscard]] static constexpr std::size_t stride(std::size_t depth) noexcept {
    return (depth + 63) / 64 * 64;
  }
  [[nodiscard]] static constexpr std::size_t size(std::size_t depth, std::size_t n) noexcept {
    return padded(n) * ((depth + 3) / 4 * 4);
  }
  /// Where the byte of a row and a column lies.
  [[nodiscard]] static constexpr std::size_t place(std::size_t depth, std::size_t row,
                                                   std::size_t column) noexcept {
    std::size_t const rows = (depth + 3) / 4 * 4;
    return column / columns * columns * rows + row / 4 * 4 * columns + column % columns * 4 +
           row % 4;
  }
};

/// What makes numbers of a column's integers: y = scale · (Σ_k a_k b_k + offset + center · Σ_k a_k)
/// + bias. One of each a column, padded to whole panels; integers as the bits of floats.
struct byte_columns {
  float const* scale;   ///< of a column's integers
  float const* bias;    ///< added last
  float const* offset;  ///< integers, added to the sum of products
  float const* center;  ///< null: 0
};

/// x_i ← the steps of the grid of a range, counted from its lowest: 0 ... 255. NaN counts as 0.
template <class Arch = simd::default_arch>
void quantise_bytes(std::size_t n, value_range<float> range, unsigned bits, grid g, float const* x,
                    std::uint8_t* to) noexcept {
  using V = simd::batch<float, Arch>;
  quantiser<V> const q(V(range.low), V(range.high), bits, g);
  simd::for_each_chunk<float, Arch>(n, [=](auto chunk) {
    V const v = chunk.load(x);
    V const k = q.steps(select(v == v, v, V(0))) - q.lowest;
    if (chunk.count() == V::size) {
      simd::store_bytes(k, to + chunk.begin);
    } else {
      std::array<std::uint8_t, V::size> bytes;
      simd::store_bytes(k, bytes.data());
      std::copy_n(bytes.begin(), chunk.count(), to + chunk.begin);
    }
  });
}

namespace detail {

/// Rows of a tile whose sums stay in registers.
template <class Arch>
inline constexpr std::size_t byte_rows = simd::words<Arch>::size == 16  ? 12
                                         : simd::words<Arch>::size == 8 ? 4
                                         : simd::words<Arch>::size == 4 ? 2
                                                                        : 1;

/// R rows times one panel.
template <std::size_t R, class Arch, bool Fused>
inline void byte_tile(std::size_t depth, std::uint8_t const* a, std::size_t lda,
                      std::uint8_t const* panel, std::int32_t const* row_sums,
                      byte_columns const& to, std::size_t columns, float* y,
                      std::size_t ldy) noexcept {
  using I = simd::integers<Arch>;
  using V = simd::batch<float, Arch>;
  using W = simd::words<Arch>;
  constexpr std::size_t width = W::size, wide = byte_panels::columns / width;
  // four times four rows of b at once: g++ 12 moves each sum from register to register every time
  I sum[R][wide];
  for (auto& row : sum)
    for (I& s : row) s = I(0);
  auto const step = [&](std::size_t k) {
    W b[wide];
    unrolled<wide>([&](std::size_t w) {
      b[w] = simd::load_words<Arch>(panel + k * byte_panels::columns + 4 * width * w);
    });
    unrolled<R>([&](std::size_t r) {
      W const left(simd::load_word(a + r * lda + k));
      unrolled<wide>(
          [&](std::size_t w) { sum[r][w] = simd::dot_bytes<Arch, Fused>(left, b[w], sum[r][w]); });
    });
  };
  std::size_t k = 0;
  for (; k + 16 <= depth; k += 16) unrolled<4>([&](std::size_t u) { step(k + 4 * u); });
  for (; k < depth; k += 4) step(k);
  for (std::size_t w = 0; w < wide && w * width < columns; ++w) {
    simd::full_chunk<float, Arch> const at{w * width};
    V const scale = at.load(to.scale), bias = at.load(to.bias);
    I const offset = simd::bits_as_integers(at.load(to.offset));
    for (std::size_t r = 0; r < R; ++r) {
      I total = sum[r][w];  // in this order all partial sums fit
      if (to.center != nullptr)
        total = total + simd::bits_as_integers(at.load(to.center)) * I(row_sums[r]);
      total = total + offset;
      V const v = fma(simd::to_floats(total), scale, bias);
      if (w * width + width <= columns)
        at.store(y + r * ldy, v);
      else
        v.store_first(y + r * ldy + w * width, columns - w * width);
    }
  }
}

/// The sum of a row's bytes.
template <class Arch, bool Fused>
[[nodiscard]] inline std::int32_t byte_sum(std::size_t stride, std::uint8_t const* a) noexcept {
  using I = simd::integers<Arch>;
  simd::words<Arch> const ones(0x01010101U);
  I sum(0);
  for (std::size_t k = 0; k < stride; k += 4 * I::size)
    sum = simd::dot_bytes<Arch, Fused>(simd::load_words<Arch>(a + k), ones, sum);
  std::array<std::int32_t, I::size> lanes;
  sum.store(lanes.data());
  std::int32_t total = 0;
  for (std::int32_t const e : lanes) total += e;
  return total;
}

/// R rows times all panels, then the rows behind them.
template <std::size_t R, class Arch, bool Fused>
void byte_rows_of(std::size_t m, std::size_t n, std::size_t depth, std::uint8_t const* a,
                  std::size_t lda, std::uint8_t const* b, byte_columns const& to, float* y,
                  std::size_t ldy) noexcept {
  std::size_t const panel_bytes = byte_panels::size(depth, byte_panels::columns);
  for (; m >= R; m -= R, a += R * lda, y += R * ldy) {
    std::array<std::int32_t, R> row_sums{};
    if (to.center != nullptr)
      for (std::size_t r = 0; r < R; ++r) row_sums[r] = byte_sum<Arch, Fused>(lda, a + r * lda);
    for (std::size_t j = 0; j < n; j += byte_panels::columns) {
      byte_columns const here{to.scale + j, to.bias + j, to.offset + j,
                              to.center == nullptr ? nullptr : to.center + j};
      byte_tile<R, Arch, Fused>(depth, a, lda, b + j / byte_panels::columns * panel_bytes,
                                row_sums.data(), here, std::min(byte_panels::columns, n - j), y + j,
                                ldy);
    }
  }
  if constexpr (R > 1) {
    if (m > 0) byte_rows_of<(R > 4 ? 4 : 1), Arch, Fused>(m, n, depth, a, lda, b, to, y, ldy);
  }
}

}  // namespace detail

/// y [m, n] ← scale · (a · b + offset + center · Σ a) + bias: a [m, depth] of unsigned bytes, b of
/// signed bytes in panels. Sums are exact; a number is rounded when it becomes a float, and where
/// scale and bias are applied.
///
/// @param a    rows lda apart, lda = byte_panels::stride(depth), zeros behind depth
/// @param b    byte_panels::size(depth, n) bytes, zeros where there is neither row nor column
/// @param ldy  distance of y's rows
/// @pre depth <= byte_panels::most_depth
/// @note  allocates nothing
template <class Arch = simd::default_arch, bool Fused = simd::has_byte_dot>
void gemm_int8(std::size_t m, std::size_t n, std::size_t depth, std::uint8_t const* a,
               std::size_t lda, std::uint8_t const* b, byte_columns const& to, float* y,
               std::size_t ldy) noexcept {
  detail::byte_rows_of<detail::byte_rows<Arch>, Arch, Fused>(m, n, depth, a, lda, b, to, y, ldy);
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
