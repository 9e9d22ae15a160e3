// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include <halo/simd/batch.hpp>
#include <halo/simd/zip.hpp>

namespace halo::kernel::detail {

template <class V, std::size_t... I>
[[gnu::always_inline]] inline void zip_halves(V const* in, V* out,
                                              std::index_sequence<I...>) noexcept {
  constexpr std::size_t half = sizeof...(I);
  ((out[2 * I] = zip_lo(in[I], in[I + half]), out[2 * I + 1] = zip_hi(in[I], in[I + half])), ...);
}

/// Turns V::size registers that hold rows into registers that hold columns: every round of zips
/// moves one bit of the lane index into the register index.
template <class V, std::size_t Width = V::size>
[[gnu::always_inline]] inline void transpose_registers(V* rows) noexcept {
  if constexpr (Width > 1) {
    V next[V::size];
    zip_halves(rows, next, std::make_index_sequence<V::size / 2>{});
    transpose_registers<V, Width / 2>(next);
    for (std::size_t i = 0; i < V::size; ++i) rows[i] = next[i];
  }
}

/// depth rows of columns elements, copied behind one another with zeros up to whole registers.
template <class T, class Arch>
inline void pack_rows(T const* b, std::size_t stride, std::size_t depth, std::size_t columns,
                      T* out) noexcept {
  using V = simd::batch<T, Arch>;
  std::size_t const whole = columns / V::size * V::size;
  for (std::size_t l = 0; l < depth; ++l, b += stride) {
    for (std::size_t j = 0; j < whole; j += V::size, out += V::size) V::load(b + j).store(out);
    if (whole < columns) {
      V::load_first(b + whole, columns - whole).store(out);
      out += V::size;
    }
  }
}

/// One register's width of a panel from the rows of the transposed matrix.
template <class T, class Arch>
[[gnu::noinline]] void pack_transposed_vector(T const* b, std::size_t stride, std::size_t depth,
                                              std::size_t columns, T* out,
                                              std::size_t width) noexcept {
  using V = simd::batch<T, Arch>;
  for (std::size_t l = 0; l < depth; l += V::size) {
    std::size_t const steps = std::min(V::size, depth - l);
    V rows[V::size];
    for (std::size_t j = 0; j < V::size; ++j) {
      if (j >= columns)
        rows[j] = V(T(0));
      else if (steps == V::size)
        rows[j] = V::load(b + j * stride + l);
      else
        rows[j] = V::load_first(b + j * stride + l, steps);
    }
    transpose_registers(rows);
    for (std::size_t q = 0; q < steps; ++q) rows[q].store(out + (l + q) * width);
  }
}

/// The same panel from a matrix that is stored transposed: columns rows of depth elements.
template <class T, class Arch>
inline void pack_transposed(T const* b, std::size_t stride, std::size_t depth, std::size_t columns,
                            T* out) noexcept {
  constexpr std::size_t lanes = simd::batch<T, Arch>::size;
  std::size_t const width = (columns + lanes - 1) / lanes * lanes;
  for (std::size_t j = 0; j < columns; j += lanes) {
    pack_transposed_vector<T, Arch>(b + j * stride, stride, depth, std::min(lanes, columns - j),
                                    out + j, width);
  }
}

}  // namespace halo::kernel::detail
