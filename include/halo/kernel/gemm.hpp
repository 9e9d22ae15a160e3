// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>

#include <halo/core/assert.hpp>
#include <halo/kernel/gemm_pack.hpp>
#include <halo/kernel/gemm_tile.hpp>
#include <halo/kernel/gemv.hpp>
#include <halo/kernel/room.hpp>
#include <halo/simd/batch.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

/// A row-major matrix as gemm reads it: element (i, j) is data[i * stride + j], or
/// data[j * stride + i] where transposed.
template <class P>
struct operand {
  P data;
  std::size_t stride;       ///< elements from one row in memory to the next
  bool transposed = false;  ///< whether rows in memory are columns of the matrix
};

/// Where the sum of a product starts: at zero, at what the target holds, or at a bias row.
enum class start { zero, target, bias };

/// The activation that changes nothing.
struct no_activation {
  template <class V>
  V operator()(V x) const noexcept {
    return x;
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

template <class Arch, class T, class Activation>
void activate_block(void const* activation, T* c, std::size_t c_row, std::size_t rows,
                    std::size_t columns) noexcept {
  auto const& act = *static_cast<Activation const*>(activation);
  for (std::size_t i = 0; i < rows; ++i, c += c_row) {
    simd::for_each_chunk<T, Arch>(columns, [&](auto chunk) { chunk.store(c, act(chunk.load(c))); });
  }
}

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

/// The part of n at position i when n is cut into pieces equal parts, the larger ones first.
[[nodiscard]] constexpr std::size_t part_size(std::size_t n, std::size_t pieces,
                                              std::size_t i) noexcept {
  return n / pieces + (i < n % pieces ? 1 : 0);
}

template <class T>
[[nodiscard]] inline tile_task<T> tile_task_of(gemm_task<T> const& g) noexcept {
  return {g.k,
          g.a.data,
          g.a.transposed ? 1 : g.a.stride,
          g.a.transposed ? g.a.stride : 1,
          g.b.data,
          g.b.stride,
          g.c,
          g.c_row,
          g.from,
          g.from_row,
          0};
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

/// A block of B: 96 KB with AVX-512, 48 KB with AVX2, 8 KB with four or two lanes, 2 KB without
/// vectors.
template <class T, class Arch>
struct blocking {
  static constexpr std::size_t bytes = tile_shape<T, Arch>::lanes * sizeof(T);
  static constexpr std::size_t scratch = (bytes == 64   ? 96
                                          : bytes == 32 ? 48
                                          : bytes == 16 ? 8
                                                        : 2) *
                                         1024 / sizeof(T);
  static constexpr std::size_t depth = bytes >= 32 ? 256 : bytes == 16 ? 128 : 64;
  static constexpr std::size_t vectors = scratch / depth / tile_shape<T, Arch>::lanes;
  /// Fewer numbers of room are not worth a block, unless B has no more.
  static constexpr std::size_t least =
      tile_shape<T, Arch>::lanes * tile_shape<T, Arch>::vectors * 32;
};

/// Numbers of B, k by n, that a block holds.
template <class T, class Arch>
[[nodiscard]] constexpr std::size_t block_size(std::size_t n, std::size_t k) noexcept {
  using block = blocking<T, Arch>;
  constexpr std::size_t lanes = tile_shape<T, Arch>::lanes;
  return std::min((n + lanes - 1) / lanes * lanes * std::min(k, block::depth), block::scratch);
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
  using block = blocking<T, Arch>;
  T* const scratch = room.data();
  std::size_t const size = std::min(room.size(), block::scratch);
  std::size_t const vectors = (g.n + shape::lanes - 1) / shape::lanes;
  std::size_t const narrow = std::min(vectors, shape::vectors) * shape::lanes;
  HALO_EXPECTS(size >= narrow, "gemm: a row of B fits its room");
  std::size_t const deep = std::min(block::depth, size / narrow);
  std::size_t const cuts = std::max<std::size_t>(1, (g.k + deep - 1) / deep);
  for (std::size_t cut = 0, l = 0; cut < cuts; ++cut) {
    std::size_t const depth = part_size(g.k, cuts, cut);
    std::size_t const fit = size / shape::lanes / std::max<std::size_t>(1, depth);
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
          pack_transposed<T, Arch>(g.b.data + (j + q) * g.b.stride + l, g.b.stride, depth, columns,
                                   packed);
        else
          pack_rows<T, Arch>(g.b.data + l * g.b.stride + j + q, g.b.stride, depth, columns, packed);
        packed += depth * wide * shape::lanes;
        q += columns;
      }
      std::size_t const rows_in_l2 = 262144 / (sizeof(T) * (depth + slab_columns));
      std::size_t const height = std::max<std::size_t>(rows_in_l2 / shape::rows, 2) * shape::rows;
      for (std::size_t i = 0; i < g.m; i += height) {
        std::size_t const rows = std::min(height, g.m - i);
        tile_task<T> tiles = tile_task_of(g);
        tiles.depth = depth;
        tiles.a += i * tiles.a_row + l * tiles.a_step;
        tiles.c += i * tiles.c_row + j;
        if (l > 0) {
          tiles.from = tiles.c;
          tiles.from_row = tiles.c_row;
        } else if (tiles.from != nullptr) {
          tiles.from += i * tiles.from_row + j;
        }
        tiles.b = scratch;
        for (std::size_t p = 0, q = 0; p < panels; ++p) {
          std::size_t const wide = part_size(slab_vectors, panels, p);
          std::size_t const columns = std::min(wide * shape::lanes, slab_columns - q);
          tiles.b_step = wide * shape::lanes;
          tiles.last = columns - (wide - 1) * shape::lanes;
          multiply_column<T, Arch>(tiles, rows, wide);
          tiles.b += depth * wide * shape::lanes;
          tiles.c += columns;
          if (tiles.from != nullptr) tiles.from += columns;
          q += columns;
        }
        if (cut + 1 == cuts && g.finish.apply != nullptr)
          g.finish.apply(g.finish.activation, g.c + i * g.c_row + j, g.c_row, rows, slab_columns);
      }
      j += slab_columns;
    }
    l += depth;
  }
}

}  // namespace detail

/// Bytes of room that gemm wants for any m; 0 where it copies nothing.
template <class T, class Arch = simd::default_arch>
[[nodiscard]] constexpr std::size_t gemm_room(std::size_t n, std::size_t k,
                                              bool transposed) noexcept {
  if (!transposed && !detail::worth_a_copy<T>(n, k)) return 0;
  return detail::bytes_for<T>(detail::block_size<T, Arch>(n, k));
}

/// Bytes of a room that is smaller, and still worth to have: for weights whose gradient is taken
/// where another product wants more.
template <class T, class Arch = simd::default_arch>
inline constexpr std::size_t gemm_room_least =
    detail::bytes_for<T>(detail::blocking<T, Arch>::least);

/// What gemm wants where k, the rows of a mini-batch, is not known: m by n is a gradient of
/// weights.
template <class T, class Arch = simd::default_arch>
[[nodiscard]] constexpr std::size_t gemm_room_of_rows(std::size_t m, std::size_t n) noexcept {
  constexpr std::size_t depth = detail::blocking<T, Arch>::depth;
  return m < 48 ? 0 : detail::bytes_for<T>(detail::block_size<T, Arch>(n, depth));
}

/// C ← act([0 | C | bias] + A·B).
///
/// @param m, n, k  C is m by n, A is m by k, B is k by n (after transposition)
/// @param c        row-major, row stride ldc; must not overlap a or b
/// @param bias     n elements, read only with start::bias
/// @param act      template <class V> V operator()(V) const on registers, applied to finished
///                 blocks of C while they are in the cache
/// @param lent     room for a part of B: gemm_room bytes, or a part of these
template <class Arch = simd::default_arch, class T, class Activation = no_activation>
void gemm(std::size_t m, std::size_t n, std::size_t k, operand<T const*> a, operand<T const*> b,
          T* c, std::size_t ldc, start from = start::zero, T const* bias = nullptr,
          Activation const& act = {}, room lent = {}) noexcept {
  if (m == 0 || n == 0) return;
  if (k == 0) a = b = {c, 0};  // nothing is read, and null cannot be moved along
  detail::finisher<T> finish{nullptr, &act};
  if constexpr (!std::is_same_v<Activation, no_activation>)
    finish.apply = &detail::activate_block<Arch, T, Activation>;
  T const* const begin = from == start::zero ? nullptr : from == start::target ? c : bias;
  detail::gemm_task<T> const task{m,     n, k, a, b, c, ldc, begin, from == start::target ? ldc : 0,
                                  finish};
  if (b.transposed && m <= 8 && (!a.transposed || (m == 1 && a.stride == 1))) {
    detail::multiply_by_dots<T, Arch>(m, n, {k, a.data, a.stride, b.data, b.stride}, c, ldc, begin,
                                      task.from_row);
    if (finish.apply != nullptr) finish.apply(&act, c, ldc, m, n);
  } else if (b.transposed || (m >= 48 && detail::worth_a_copy<T>(n, k))) {
    using block = detail::blocking<T, Arch>;
    std::size_t const enough = std::min(detail::block_size<T, Arch>(n, k), block::least);
    detail::in_room<block::scratch, T>(
        lent, std::max<std::size_t>(enough, 1),
        [&](std::span<T> numbers) { detail::multiply_packed<T, Arch>(task, numbers); });
  } else {
    detail::multiply_direct<T, Arch>(task);
  }
}

}  // namespace halo::kernel
