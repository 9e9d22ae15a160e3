// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <halo/simd/batch.hpp>

namespace halo::kernel::detail {

/// How C is cut into tiles that live in registers: rows × vectors accumulators, one row of vectors
/// of B, one element of A in every lane.
template <class T, class Arch>
struct tile_shape {
  static constexpr std::size_t lanes = simd::batch<T, Arch>::size;
#if defined(__aarch64__)
  static constexpr bool many_registers = true;  // 32, as AVX-512 has
#else
  static constexpr bool many_registers = lanes * sizeof(T) == 64;
#endif
  static constexpr std::size_t rows = many_registers ? 8 : lanes > 1 ? 6 : 4;
  static constexpr std::size_t vectors = many_registers ? 3 : 2;
  // A single row needs more columns to keep enough independent sums under way.
  static constexpr std::size_t row_vectors = lanes > 1 ? 8 : 4;
  /// Whether a vector can be cut off; one lane cannot.
  static constexpr bool cut = lanes > 1;
  /// A small processor, which has fewer kernels to store: sizes are powers of two.
  static constexpr bool few_kernels = lanes == 1 && !many_registers;
};

/// A column of equal tiles of C: what to read and where to write.
template <class T>
struct tile_task {
  std::size_t depth;  // products summed in an element
  T const* a;         // element (i, l) at a[i * a_row + l * a_step]
  std::size_t a_row;
  std::size_t a_step;
  T const* b;  // row l at b + l * b_step
  std::size_t b_step;
  T* c;
  std::size_t c_row;
  T const* from;  // from[i * from_row + j] is added to the finished sums; nothing without it
  std::size_t from_row;
  std::size_t last;  // lanes of the last vector that exist, 1 ... lanes
};

template <bool Masked, class V, std::size_t... I>
[[gnu::always_inline]] inline void load_row(V* row, typename V::value_type const* p,
                                            std::size_t last, std::index_sequence<I...>) noexcept {
  constexpr std::size_t end = sizeof...(I) - 1;
  ((row[I] = Masked && I == end ? V::load_first(p + I * V::size, last) : V::load(p + I * V::size)),
   ...);
}

template <bool Masked, class V, std::size_t... I>
[[gnu::always_inline]] inline void store_row(V const* row, typename V::value_type* p,
                                             std::size_t last, std::index_sequence<I...>) noexcept {
  constexpr std::size_t end = sizeof...(I) - 1;
  ((Masked && I == end ? row[I].store_first(p + I * V::size, last) : row[I].store(p + I * V::size)),
   ...);
}

template <bool Masked, class V, std::size_t... I>
[[gnu::always_inline]] inline void add_row(V* row, typename V::value_type const* p,
                                           std::size_t last, std::index_sequence<I...>) noexcept {
  constexpr std::size_t end = sizeof...(I) - 1;
  ((row[I] = row[I] + (Masked && I == end ? V::load_first(p + I * V::size, last)
                                          : V::load(p + I * V::size))),
   ...);
}

template <class V, std::size_t... I>
[[gnu::always_inline]] inline void zero_row(V* row, std::index_sequence<I...>) noexcept {
  ((row[I] = V(typename V::value_type(0))), ...);
}

template <class V, std::size_t... I>
[[gnu::always_inline]] inline void fma_row(V x, V const* b, V* row,
                                           std::index_sequence<I...>) noexcept {
  ((row[I] = fma(x, b[I], row[I])), ...);
}

/// Asks for the cache lines of sizeof...(I) registers.
template <class V, std::size_t... I>
[[gnu::always_inline]] inline void prefetch_row(typename V::value_type const* p,
                                                std::index_sequence<I...>) noexcept {
  (__builtin_prefetch(p + I * V::size), ...);
}

/// count tiles of sizeof...(R) rows below one another.
///
/// Each element is one chain of fma from zero in the order of l, whatever the tile: cutting a
/// product otherwise, in rows or columns, changes no bit of it.
template <class T, class Arch, std::size_t Vectors, bool Masked, std::size_t... R>
[[gnu::noinline]] void multiply_tiles(tile_task<T> const& task, std::size_t count) noexcept {
  using V = simd::batch<T, Arch>;
  using across = std::make_index_sequence<Vectors>;
  constexpr std::size_t rows = sizeof...(R);
  std::size_t const a_row = task.a_row, a_step = task.a_step, b_step = task.b_step;
  std::size_t const c_row = task.c_row, from_row = task.from_row, last = task.last;
  T const* from = task.from;
  T const* top = task.a;
  T* c = task.c;
  for (; count > 0; --count) {
    V sums[rows * Vectors];
    (zero_row(sums + R * Vectors, across{}), ...);
    if (count > 1) {  // the next tile starts where no processor foresees it
      (__builtin_prefetch(top + (rows + R) * a_row), ...);
      (prefetch_row<V>(c + (rows + R) * c_row, across{}), ...);
    }
    T const* a = top;
    T const* b = task.b;
    for (std::size_t l = task.depth; l > 0; --l) {
      V row[Vectors];
      load_row<Masked>(row, b, last, across{});
      (fma_row(V(a[R * a_row]), row, sums + R * Vectors, across{}), ...);
      a += a_step;
      b += b_step;
    }
    if (from != nullptr)
      (add_row<Masked>(sums + R * Vectors, from + R * from_row, last, across{}), ...);
    (store_row<Masked>(sums + R * Vectors, c + R * c_row, last, across{}), ...);
    top += rows * a_row;
    c += rows * c_row;
    if (from != nullptr) from += rows * from_row;
  }
}

template <class T>
using tile_kernel = void (*)(tile_task<T> const&, std::size_t) noexcept;

template <class T, class Arch, std::size_t Vectors, bool Masked, std::size_t... R>
constexpr tile_kernel<T> kernel_of_rows(std::index_sequence<R...>) noexcept {
  return &multiply_tiles<T, Arch, Vectors, Masked, R...>;
}

template <class T, class Arch, bool Masked, std::size_t... I>
constexpr auto tall_kernels(std::index_sequence<I...>) noexcept {
  constexpr std::size_t width = tile_shape<T, Arch>::vectors;
  return std::array<tile_kernel<T>, sizeof...(I)>{
      kernel_of_rows<T, Arch, I % width + 1, Masked>(std::make_index_sequence<I / width + 2>{})...};
}

template <class T, class Arch, bool Masked, std::size_t... I>
constexpr auto flat_kernels(std::index_sequence<I...>) noexcept {
  return std::array<tile_kernel<T>, sizeof...(I)>{
      kernel_of_rows<T, Arch, I + 1, Masked>(std::make_index_sequence<1>{})...};
}

/// The kernel for tiles of that many rows and vectors; masked where the last vector is not full.
template <class T, class Arch>
[[nodiscard]] inline tile_kernel<T> find_tile_kernel(std::size_t rows, std::size_t vectors,
                                                     bool masked) noexcept {
  using shape = tile_shape<T, Arch>;
  using tall = std::make_index_sequence<(shape::rows - 1) * shape::vectors>;  // from two rows on
  using flat = std::make_index_sequence<shape::row_vectors>;
  static constexpr auto tall_full = tall_kernels<T, Arch, false>(tall{});
  static constexpr auto flat_full = flat_kernels<T, Arch, false>(flat{});
  if constexpr (shape::cut) {
    static constexpr auto tall_masked = tall_kernels<T, Arch, true>(tall{});
    static constexpr auto flat_masked = flat_kernels<T, Arch, true>(flat{});
    if (masked && rows == 1) return flat_masked[vectors - 1];
    if (masked) return tall_masked[(rows - 2) * shape::vectors + vectors - 1];
  }
  if (rows == 1) return flat_full[vectors - 1];
  return tall_full[(rows - 2) * shape::vectors + vectors - 1];
}

/// The same for few_kernels: 1, 2 or 4 rows of 1 or 2 columns, or one row of 4.
template <class T, class Arch>
[[nodiscard]] inline tile_kernel<T> find_small_tile_kernel(std::size_t rows,
                                                           std::size_t columns) noexcept {
  using shape = tile_shape<T, Arch>;
  static_assert(shape::rows == 4 && shape::vectors == 2 && shape::row_vectors == 4);
  static constexpr std::array<tile_kernel<T>, 6> kernels{
      kernel_of_rows<T, Arch, 1, false>(std::make_index_sequence<1>{}),
      kernel_of_rows<T, Arch, 2, false>(std::make_index_sequence<1>{}),
      kernel_of_rows<T, Arch, 1, false>(std::make_index_sequence<2>{}),
      kernel_of_rows<T, Arch, 2, false>(std::make_index_sequence<2>{}),
      kernel_of_rows<T, Arch, 1, false>(std::make_index_sequence<4>{}),
      kernel_of_rows<T, Arch, 2, false>(std::make_index_sequence<4>{})};
  if (columns == 4) return kernel_of_rows<T, Arch, 4, false>(std::make_index_sequence<1>{});
  return kernels[rows / 2 * 2 + columns - 1];
}

/// Tiles below one another for rows rows of C, in heights that differ by one at most, or in powers
/// of two.
template <class T, class Arch>
inline void multiply_column(tile_task<T> task, std::size_t rows, std::size_t vectors) noexcept {
  using shape = tile_shape<T, Arch>;
  auto const down = [&](std::size_t done) {
    task.a += done * task.a_row;
    task.c += done * task.c_row;
    if (task.from != nullptr) task.from += done * task.from_row;
  };
  if constexpr (!shape::few_kernels) {
    bool const masked = task.last < shape::lanes;
    std::size_t const tiles = (rows + shape::rows - 1) / shape::rows;
    std::size_t const height = rows / tiles;
    std::size_t const taller = rows % tiles;
    if (taller > 0) {
      find_tile_kernel<T, Arch>(height + 1, vectors, masked)(task, taller);
      down(taller * (height + 1));
    }
    find_tile_kernel<T, Arch>(height, vectors, masked)(task, tiles - taller);
  } else if (vectors == 3) {  // of a single row
    multiply_column<T, Arch>(task, rows, 2);
    task.b += 2, task.c += 2;
    if (task.from != nullptr) task.from += 2;
    multiply_column<T, Arch>(task, rows, 1);
  } else {
    for (std::size_t height = shape::rows; rows > 0; height /= 2) {
      std::size_t const tiles = rows / height;
      if (tiles > 0) find_small_tile_kernel<T, Arch>(height, vectors)(task, tiles);
      down(tiles * height);
      rows -= tiles * height;
    }
  }
}

}  // namespace halo::kernel::detail

#include <halo/macros_back.hpp>
