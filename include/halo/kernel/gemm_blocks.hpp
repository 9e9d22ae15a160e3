// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

#include <halo/core/assert.hpp>
#include <halo/kernel/gemm_pack.hpp>
#include <halo/kernel/gemm_tile.hpp>

namespace halo::kernel {

/// A row-major matrix as gemm reads it: element (i, j) is data[i * stride + j], or
/// data[j * stride + i] where transposed.
template <class P>
struct operand {
  P data;
  std::size_t stride;       ///< elements from one row in memory to the next
  bool transposed = false;  ///< whether rows in memory are columns of the matrix

  /// Where element (i, j) lies.
  [[nodiscard]] P at(std::size_t i, std::size_t j) const noexcept {
    return transposed ? data + (j * stride + i) : data + (i * stride + j);
  }
};

namespace detail {

/// What is done to finished elements of C: a function and its object, null for nothing.
///
/// A pointer, so that the kernels exist once for all activations.
template <class T>
struct finisher {
  void (*apply)(void const* activation, T* c, std::size_t c_row, std::size_t rows,
                std::size_t columns) noexcept;
  void const* activation;
};

/// A product, C ← act([0 | from] + A·B), as its loops read it.
template <class T>
struct gemm_task {
  std::size_t m, n, k;
  operand<T const*> a, b;
  T* c;
  std::size_t c_row;
  T const* from;
  std::size_t from_row;
  finisher<T> finish;
};

/// Products in a chain of fma. The next chain starts at zero and is added when it is finished, so
/// that the error of a sum of k grows as the square root of k / 256, not of k.
inline constexpr std::size_t chain = 256;

/// The part of n at position i when n is cut into pieces equal parts, the larger ones first.
[[nodiscard]] constexpr std::size_t part_size(std::size_t n, std::size_t pieces,
                                              std::size_t i) noexcept {
  return n / pieces + (i < n % pieces ? 1 : 0);
}

template <class T>
[[nodiscard]] inline tile_task<T> tile_task_of(gemm_task<T> const& g) noexcept {
  return {.depth = g.k,
          .a = g.a.data,
          .a_row = g.a.transposed ? 1 : g.a.stride,
          .a_step = g.a.transposed ? g.a.stride : 1,
          .b = g.b.data,
          .b_step = g.b.stride,
          .c = g.c,
          .c_row = g.c_row,
          .from = g.from,
          .from_row = g.from_row,
          .last = 0};
}

/// B as it lies in memory, for problems where copying it costs more than it gains.
template <class T, class Arch>
void multiply_direct(gemm_task<T> const& g) noexcept {
  using shape = tile_shape<T, Arch>;
  std::size_t const vectors = (g.n + shape::lanes - 1) / shape::lanes;
  std::size_t const most = g.m == 1 ? shape::row_vectors : shape::vectors;
  std::size_t const panels = (vectors + most - 1) / most;
  std::size_t const rows_in_l2 = 262144 / (sizeof(T) * (g.k + g.n));
  std::size_t const block = std::max<std::size_t>(rows_in_l2 / shape::rows, 2) * shape::rows;
  for (std::size_t i = 0; i < g.m; i += block) {
    std::size_t const rows = std::min(block, g.m - i);
    tile_task<T> tiles = tile_task_of(g);
    tiles.a += i * tiles.a_row;
    tiles.c += i * tiles.c_row;
    if (tiles.from != nullptr) tiles.from += i * tiles.from_row;
    for (std::size_t p = 0, j = 0; p < panels; ++p) {
      std::size_t const wide = part_size(vectors, panels, p);
      std::size_t const columns = std::min(wide * shape::lanes, g.n - j);
      tiles.last = columns - (wide - 1) * shape::lanes;
      multiply_column<T, Arch>(tiles, rows, wide);
      tiles.b += columns;
      tiles.c += columns;
      if (tiles.from != nullptr) tiles.from += columns;
      j += columns;
    }
    if (g.finish.apply != nullptr)
      g.finish.apply(g.finish.activation, g.c + i * g.c_row, g.c_row, rows, g.n);
  }
}

/// A block of B, as deep as a chain: 96 KB with AVX-512, 48 KB with AVX2, 8 KB with four or two
/// lanes, 2 KB without vectors.
template <class T, class Arch>
struct blocking {
  static constexpr std::size_t bytes = tile_shape<T, Arch>::lanes * sizeof(T);
  static constexpr std::size_t scratch = (bytes == 64   ? 96
                                          : bytes == 32 ? 48
                                          : bytes == 16 ? 8
                                                        : 2) *
                                         1024 / sizeof(T);
  /// Fewer numbers of room are not worth a block, unless B has no more.
  static constexpr std::size_t least = tile_shape<T, Arch>::lanes * chain;
};

/// Numbers of B, k by n, that a block holds.
template <class T, class Arch>
[[nodiscard]] constexpr std::size_t block_size(std::size_t n, std::size_t k) noexcept {
  using block = blocking<T, Arch>;
  constexpr std::size_t lanes = tile_shape<T, Arch>::lanes;
  return std::min((n + lanes - 1) / lanes * lanes * std::min(k, chain), block::scratch);
}

/// Whether a B that is not transposed is copied for a tall A.
template <class T>
[[nodiscard]] constexpr bool worth_a_copy(std::size_t n, std::size_t k) noexcept {
  return n * k * sizeof(T) > 65536;
}

/// B copied block by block to a room: rows behind one another, transposed where necessary.
template <class T, class Arch>
[[gnu::noinline]] void multiply_packed(gemm_task<T> const& g, std::span<T> room) noexcept {
  using shape = tile_shape<T, Arch>;
  T* const scratch = room.data();
  std::size_t const size = std::min(room.size(), blocking<T, Arch>::scratch);
  std::size_t const vectors = (g.n + shape::lanes - 1) / shape::lanes;
  std::size_t const fit = size / shape::lanes / std::max<std::size_t>(1, g.k);
  HALO_EXPECTS(fit > 0, "gemm: a vector of B fits its room");
  std::size_t const slabs = (vectors + fit - 1) / fit;
  for (std::size_t s = 0, j = 0; s < slabs; ++s) {
    std::size_t const slab_vectors = part_size(vectors, slabs, s);
    std::size_t const slab_columns = std::min(slab_vectors * shape::lanes, g.n - j);
    std::size_t const panels = (slab_vectors + shape::vectors - 1) / shape::vectors;
    T* packed = scratch;
    for (std::size_t p = 0, q = 0; p < panels; ++p) {
      std::size_t const wide = part_size(slab_vectors, panels, p);
      std::size_t const columns = std::min(wide * shape::lanes, slab_columns - q);
      if (g.b.transposed)
        pack_transposed<T, Arch>(g.b.data + (j + q) * g.b.stride, g.b.stride, g.k, columns, packed);
      else
        pack_rows<T, Arch>(g.b.data + j + q, g.b.stride, g.k, columns, packed);
      packed += g.k * wide * shape::lanes;
      q += columns;
    }
    std::size_t const rows_in_l2 = 262144 / (sizeof(T) * (g.k + slab_columns));
    std::size_t const height = std::max<std::size_t>(rows_in_l2 / shape::rows, 2) * shape::rows;
    for (std::size_t i = 0; i < g.m; i += height) {
      std::size_t const rows = std::min(height, g.m - i);
      tile_task<T> tiles = tile_task_of(g);
      tiles.a += i * tiles.a_row;
      tiles.c += i * tiles.c_row + j;
      if (tiles.from != nullptr) tiles.from += i * tiles.from_row + j;
      tiles.b = scratch;
      for (std::size_t p = 0, q = 0; p < panels; ++p) {
        std::size_t const wide = part_size(slab_vectors, panels, p);
        std::size_t const columns = std::min(wide * shape::lanes, slab_columns - q);
        tiles.b_step = wide * shape::lanes;
        tiles.last = columns - (wide - 1) * shape::lanes;
        multiply_column<T, Arch>(tiles, rows, wide);
        tiles.b += g.k * wide * shape::lanes;
        tiles.c += columns;
        if (tiles.from != nullptr) tiles.from += columns;
        q += columns;
      }
      if (g.finish.apply != nullptr)
        g.finish.apply(g.finish.activation, g.c + i * g.c_row + j, g.c_row, rows, slab_columns);
    }
    j += slab_columns;
  }
}

/// A product, chain by chain, which are added to one another; B is copied where there is room.
template <class T, class Arch>
[[gnu::noinline]] void multiply_in_chains(gemm_task<T> const& whole, std::span<T> room) noexcept {
  gemm_task<T> task = whole;
  task.finish = {nullptr, nullptr};
  for (std::size_t left = task.k;;) {
    task.k = std::min(left, chain);
    left -= task.k;
    if (left == 0) task.finish = whole.finish;
    if (room.empty())
      multiply_direct<T, Arch>(task);
    else
      multiply_packed<T, Arch>(task, room);
    if (left == 0) return;
    task.a.data = task.a.at(0, task.k);
    task.b.data = task.b.at(task.k, 0);
    task.from = task.c;
    task.from_row = task.c_row;
  }
}

}  // namespace detail

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
