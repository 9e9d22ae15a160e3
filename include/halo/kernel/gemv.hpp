// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>

#include <halo/kernel/gemm_tile.hpp>
#include <halo/simd/batch.hpp>
#include <halo/simd/zip.hpp>

namespace halo::kernel::detail {

/// lanes registers into one that holds the sum of each: a transpose that adds on its way.
template <class V, std::size_t Width, std::size_t... I>
[[gnu::always_inline]] inline V add_lanes_of(V const* in, std::index_sequence<I...>) noexcept {
  if constexpr (Width == 1) {
    return in[0];
  } else {
    constexpr std::size_t half = Width / 2;
    V const sums[half] = {zip_lo(in[I], in[I + half]) + zip_hi(in[I], in[I + half])...};
    return add_lanes_of<V, half>(sums, std::make_index_sequence<half / 2>{});
  }
}

/// The lane sums of sizeof...(G) registers' worth of registers.
template <class V, std::size_t... G>
[[gnu::always_inline]] inline void add_all_lanes(V const* sums, typename V::value_type* out,
                                                 std::index_sequence<G...>) noexcept {
  using half = std::make_index_sequence<V::size / 2>;
  (add_lanes_of<V, V::size>(sums + G * V::size, half{}).store(out + G * V::size), ...);
}

/// Rows of x and lines of w, both read along k.
template <class T>
struct dot_task {
  std::size_t k;
  T const* x;
  std::size_t x_row;
  T const* w;
  std::size_t w_line;
};

/// How many sums are under way at once.
template <class T, class Arch>
inline constexpr std::size_t dot_sums = tile_shape<T, Arch>::many_registers ? 16 : 8;

/// The dot products of rows R and lines I to out[r * sizeof...(I) + i]; out has dot_sums elements.
template <class T, class Arch, std::size_t... R, std::size_t... I>
[[gnu::noinline]] void multiply_lines(dot_task<T> const& task, T* out, std::index_sequence<R...>,
                                      std::index_sequence<I...> lines) noexcept {
  using V = simd::batch<T, Arch>;
  constexpr std::size_t width = sizeof...(I);
  T const* const x = task.x;
  T const* const w = task.w;
  std::size_t const x_row = task.x_row, w_line = task.w_line, k = task.k;
  V sums[dot_sums<T, Arch>];
  zero_row(sums, std::make_index_sequence<dot_sums<T, Arch>>{});
  std::size_t l = 0;
  for (; l + V::size <= k; l += V::size) {
    V const row[] = {V::load(x + R * x_row + l)...};
    V const line[] = {V::load(w + I * w_line + l)...};
    // Keeps g++ from reading a register's memory again for each of its uses.
    std::atomic_signal_fence(std::memory_order_acq_rel);
    (fma_row(row[R], line, sums + R * width, lines), ...);
  }
  if (l < k) {
    std::size_t const left = k - l;
    V const line[] = {V::load_first(w + I * w_line + l, left)...};
    (fma_row(V::load_first(x + R * x_row + l, left), line, sums + R * width, lines), ...);
  }
  add_all_lanes(sums, out, std::make_index_sequence<dot_sums<T, Arch> / V::size>{});
}

/// c[r][i] ← [0 | from[r][i]] + the dot products of Rows rows and Lines lines.
template <class T, class Arch, std::size_t Rows, std::size_t Lines>
inline void multiply_pairs(dot_task<T> const& task, T* c, std::size_t c_row, T const* from,
                           std::size_t from_row) noexcept {
  alignas(64) T dots[dot_sums<T, Arch>];
  multiply_lines<T, Arch>(task, dots, std::make_index_sequence<Rows>{},
                          std::make_index_sequence<Lines>{});
  for (std::size_t r = 0; r < Rows; ++r) {
    T const* const row = dots + r * Lines;
    for (std::size_t i = 0; i < Lines; ++i)
      c[r * c_row + i] = from == nullptr ? row[i] : row[i] + from[r * from_row + i];
  }
}

/// C ← [0 | from] + X·Wᵀ for Rows rows of X.
template <class T, class Arch, std::size_t Rows>
void multiply_dot_rows(std::size_t n, dot_task<T> task, T* c, std::size_t c_row, T const* from,
                       std::size_t from_row) noexcept {
  constexpr std::size_t together = dot_sums<T, Arch> / Rows;
  std::size_t const step = from == nullptr ? 0 : 1;
  std::size_t j = 0;
  for (; j + together <= n; j += together, task.w += together * task.w_line)
    multiply_pairs<T, Arch, Rows, together>(task, c + j, c_row, from + j * step, from_row);
  T const* const lines = task.w;
  for (std::size_t r = 0, begin = j; r < Rows; ++r, task.x += task.x_row) {
    T* const row = c + r * c_row;
    T const* const row_from = from + r * from_row * step;
    task.w = lines;
    for (j = begin; j + 4 <= n; j += 4, task.w += 4 * task.w_line)
      multiply_pairs<T, Arch, 1, 4>(task, row + j, c_row, row_from + j * step, from_row);
    for (; j < n; ++j, task.w += task.w_line)
      multiply_pairs<T, Arch, 1, 1>(task, row + j, c_row, row_from + j * step, from_row);
  }
}

/// C ← [0 | from] + X·Wᵀ for few rows of X, four at a time.
///
/// Lanes sum apart and meet at the end, so the last bits differ from those of a chain over k, but
/// not between one row and several.
template <class T, class Arch>
void multiply_by_dots(std::size_t m, std::size_t n, dot_task<T> task, T* c, std::size_t c_row,
                      T const* from, std::size_t from_row) noexcept {
  for (std::size_t rows = 0; m > 0; m -= rows, task.x += rows * task.x_row, c += rows * c_row) {
    rows = m >= 4 ? 4 : m >= 2 ? 2 : 1;
    if (rows == 4)
      multiply_dot_rows<T, Arch, 4>(n, task, c, c_row, from, from_row);
    else if (rows == 2)
      multiply_dot_rows<T, Arch, 2>(n, task, c, c_row, from, from_row);
    else
      multiply_dot_rows<T, Arch, 1>(n, task, c, c_row, from, from_row);
    if (from != nullptr) from += rows * from_row;
  }
}

}  // namespace halo::kernel::detail

#include <halo/macros_back.hpp>
