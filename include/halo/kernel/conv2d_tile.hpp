// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <halo/core/unrolled.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/simd/arch.hpp>
#include <halo/simd/batch.hpp>

namespace halo::kernel::detail {

/// A column of equal tiles of C whose sums walk through A and B in three nested loops:
///
/// C[r][j] ← [0 | from] + Σ_d Σ_e Σ_l A[r·a_row + d·a_down + e·a_across + l·a_step] ·
///                                    B[d·b_down + e·b_across + l·b_step + j]
///
/// for each of `tiles` tiles, whose rows lie a_tile and c_tile apart.
template <class T>
struct walk_task {
  std::size_t down, across, depth;  // across is at least 1
  T const* a;
  std::size_t a_row, a_down, a_across, a_step;
  T const* b;
  std::size_t b_down, b_across, b_step;
  T* c;
  std::size_t c_row;
  T const* from;  // the sums start at from[i * from_row + j], at zero without it or with `add`
  std::size_t from_row;
  bool add;          // from is added to the finished sums, which start at zero
  std::size_t last;  // lanes of the last vector that exist, 1 ... lanes
  std::size_t tiles, a_tile, c_tile;
};

/// n rounded up to whole registers.
template <class T, class Arch>
[[nodiscard]] constexpr std::size_t whole_registers(std::size_t n) noexcept {
  constexpr std::size_t lanes = tile_shape<T, Arch>::lanes;
  return (n + lanes - 1) / lanes * lanes;
}

/// Most rows of a tile so many vectors wide: what leaves registers for a row of B and an element of
/// A; one vector wide, 14 chains hide the latency of two units.
template <class T, class Arch>
[[nodiscard]] constexpr std::size_t walk_rows(std::size_t vectors, bool masked) noexcept {
  return vectors == 1 && !masked ? 14 : tile_shape<T, Arch>::rows;
}

/// p, of which the compiler no longer knows where it came from. An address on x86 is a pointer plus
/// 1, 2, 4 or 8 times a register: one pointer for every three rows, where compilers would rather
/// have one pointer and more multiples of a row's length than there are registers.
template <class T>
[[gnu::always_inline]] inline T const* unrelated(T const* p) noexcept {
  asm("" : "+r"(p));
  return p;
}

/// task.tiles tiles of sizeof...(R) rows; each element is one chain of fma, which begins at `from`,
/// or at zero and is added to it.
template <class T, class Arch, std::size_t Vectors, bool Masked, std::size_t... R>
[[gnu::noinline]] void walk_tiles(walk_task<T> const& task) noexcept {
  using V = simd::batch<T, Arch>;
  using width = std::make_index_sequence<Vectors>;
  constexpr std::size_t groups = (sizeof...(R) + 2) / 3;
  std::size_t const a_row = task.a_row, a_step = task.a_step, b_step = task.b_step;
  std::size_t const last = task.last, depth = task.depth;
  T const* from = task.from;
  T const* top = task.a;
  T* c = task.c;
  for (std::size_t tile = 0; tile < task.tiles; ++tile) {
    V sums[sizeof...(R) * Vectors];
    if (from == nullptr || task.add)
      (zero_row(sums + R * Vectors, width{}), ...);
    else
      (load_row<Masked>(sums + R * Vectors, from + R * task.from_row, last, width{}), ...);
    T const* a_begin = top;
    T const* b_begin = task.b;
    for (std::size_t d = task.down; d > 0; --d, a_begin += task.a_down, b_begin += task.b_down) {
      T const *a_across = a_begin, *b_across = b_begin;
      std::size_t e = task.across;
      do {
        T const* b = b_across;
        T const* a[groups];
        unrolled<groups>([&](std::size_t k) { a[k] = unrelated(a_across + 3 * k * a_row); });
        for (std::size_t l = depth; l > 0; --l) {
          V row[Vectors];
          load_row<Masked>(row, b, last, width{});
          (fma_row(V(a[R / 3][R % 3 * a_row]), row, sums + R * Vectors, width{}), ...);
          unrolled<groups>([&](std::size_t k) { a[k] += a_step; });
          b += b_step;
        }
        a_across += task.a_across;
        b_across += task.b_across;
      } while (--e > 0);
    }
    if (task.add)
      (add_row<Masked>(sums + R * Vectors, from + R * task.from_row, last, width{}), ...);
    (store_row<Masked>(sums + R * Vectors, c + R * task.c_row, last, width{}), ...);
    top += task.a_tile;
    c += task.c_tile;
    if (task.from_row > 0) from += task.c_tile;
  }
}

template <class T>
using walk_kernel = void (*)(walk_task<T> const&) noexcept;

template <class T, class Arch, std::size_t Vectors, bool Masked, std::size_t... R>
constexpr walk_kernel<T> walk_of_rows(std::index_sequence<R...>) noexcept {
  return &walk_tiles<T, Arch, Vectors, Masked, R...>;
}

/// The kernels of 1 ... sizeof...(I) rows.
template <class T, class Arch, std::size_t Vectors, bool Masked, std::size_t... I>
constexpr auto walks_of(std::index_sequence<I...>) noexcept {
  return std::array<walk_kernel<T>, sizeof...(I)>{
      walk_of_rows<T, Arch, Vectors, Masked>(std::make_index_sequence<I + 1>{})...};
}

/// The kernel for tiles of rows rows and vectors vectors, at most Vectors; the last vector may miss
/// lanes where Masked.
template <class T, class Arch, std::size_t Vectors, bool Masked>
[[nodiscard]] inline walk_kernel<T> find_walk(std::size_t rows, std::size_t vectors,
                                              bool masked) noexcept {
  if constexpr (Vectors > 1) {
    if (vectors < Vectors) return find_walk<T, Arch, Vectors - 1, Masked>(rows, vectors, masked);
  }
  if constexpr (Masked) {
    using heights = std::make_index_sequence<walk_rows<T, Arch>(Vectors, true)>;
    static constexpr auto part = walks_of<T, Arch, Vectors, true>(heights{});
    if (masked) return part[rows - 1];
  }
  using heights = std::make_index_sequence<walk_rows<T, Arch>(Vectors, false)>;
  static constexpr auto full = walks_of<T, Arch, Vectors, false>(heights{});
  return full[rows - 1];
}

/// Tiles below one another for rows rows of C, in heights that differ by one at most.
template <class T, class Arch, std::size_t Widest, bool Masked>
inline void walk_column(walk_task<T> task, std::size_t rows, std::size_t vectors) noexcept {
  bool const masked = task.last < tile_shape<T, Arch>::lanes;
  std::size_t const most = walk_rows<T, Arch>(vectors, masked);
  bool const one_tile = task.tiles == 1;
  std::size_t tiles = (rows + most - 1) / most;
  while (tiles > 0) {
    std::size_t const height = tiles == 1 ? rows : (rows + tiles - 1) / tiles;
    std::size_t const equal = tiles == 1 || !one_tile  ? 1
                              : height * tiles == rows ? tiles
                                                       : tiles + rows - height * tiles;
    if (one_tile) {  // equal tiles below one another: one call
      task.tiles = equal;
      task.a_tile = height * task.a_row;
      task.c_tile = height * task.c_row;
    }
    find_walk<T, Arch, Widest, Masked>(height, vectors, masked)(task);
    std::size_t const done = equal * height;
    task.a += done * task.a_row;
    task.c += done * task.c_row;
    if (task.from != nullptr) task.from += done * task.from_row;
    tiles -= equal;
    rows -= done;
  }
}

/// All n columns of C, `rows` rows of each tile.
template <class T, class Arch>
inline void walk(walk_task<T> task, std::size_t rows, std::size_t n) noexcept {
  if (task.tiles == 0) return;  // perhaps there is no C
  constexpr std::size_t lanes = tile_shape<T, Arch>::lanes, widest = 2;
  using half = simd::half_arch<T, Arch>;  // fills its registers, and there are as many of them
  if constexpr (!std::is_same_v<half, Arch>) {
    task.last = n;
    if (2 * n == lanes) return walk_column<T, half, 1, false>(task, rows, 1);
  }
  std::size_t const vectors = (n + lanes - 1) / lanes;
  std::size_t const panels = (vectors + widest - 1) / widest;
  for (std::size_t p = 0, j = 0; p < panels; ++p) {
    std::size_t const wide = part_size(vectors, panels, p);
    std::size_t const columns = std::min(wide * lanes, n - j);
    task.last = columns - (wide - 1) * lanes;
    walk_column<T, Arch, widest, (lanes > 1)>(task, rows, wide);
    task.b += columns;
    task.c += columns;
    if (task.from != nullptr) task.from += columns;
    j += columns;
  }
}

}  // namespace halo::kernel::detail

#include <halo/macros_back.hpp>
