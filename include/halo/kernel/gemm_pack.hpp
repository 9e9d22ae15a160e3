// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

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

/// Turns the registers of a square's rows into those of its columns: every round of zips moves one
/// bit of the lane index into the register index.
template <class V, std::size_t Width = V::size>
[[gnu::always_inline]] inline void transpose_registers(V const* in, V* out) noexcept {
  using half = std::make_index_sequence<V::size / 2>;
  if constexpr (Width == 1) {
    out[0] = in[0];
  } else if constexpr (Width == 2) {
    zip_halves(in, out, half{});
  } else {
    V next[V::size];
    zip_halves(in, next, half{});
    transpose_registers<V, Width / 2>(next, out);
  }
}

/// Reads a square of elements and writes it transposed; both may lie in the same place.
template <class V, std::size_t... I>
[[gnu::always_inline]] inline void transpose_square(typename V::value_type const* in,
                                                    std::size_t stride, typename V::value_type* out,
                                                    std::size_t width,
                                                    std::index_sequence<I...>) noexcept {
  V const rows[] = {V::load(in + I * stride)...};
  V columns[V::size];
  transpose_registers(rows, columns);
  (columns[I].store(out + I * width), ...);
}

/// A square of which only rows x steps elements exist.
template <class V>
[[gnu::noinline]] void transpose_part(typename V::value_type const* in, std::size_t stride,
                                      std::size_t rows, std::size_t steps,
                                      typename V::value_type* out, std::size_t width) noexcept {
  using T = typename V::value_type;
  alignas(64) T square[V::size * V::size];
  for (std::size_t i = 0; i < V::size; ++i) {
    V line(T(0));
    if (i < rows)
      line = steps == V::size ? V::load(in + i * stride) : V::load_first(in + i * stride, steps);
    line.store(square + i * V::size);
  }
  transpose_square<V>(square, V::size, square, V::size, std::make_index_sequence<V::size>{});
  for (std::size_t q = 0; q < steps; ++q) V::load(square + q * V::size).store(out + q * width);
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
  std::size_t l = 0;
  if (columns == V::size) {
    for (; l + V::size <= depth; l += V::size)
      transpose_square<V>(b + l, stride, out + l * width, width,
                          std::make_index_sequence<V::size>{});
  }
  for (; l < depth; l += V::size)
    transpose_part<V>(b + l, stride, columns, std::min(V::size, depth - l), out + l * width, width);
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

#include <halo/macros_back.hpp>
