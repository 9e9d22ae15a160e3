// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>

#include <halo/core/assert.hpp>
#include <halo/kernel/gemm_blocks.hpp>
#include <halo/kernel/gemm_long.hpp>
#include <halo/kernel/gemv.hpp>
#include <halo/kernel/room.hpp>
#include <halo/simd/batch.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

/// What a product is added to: nothing, what the target holds, or a bias row.
enum class start { zero, target, bias };

/// The activation that changes nothing.
struct no_activation {
  template <class V>
  V operator()(V x) const noexcept {
    return x;
  }
};

/// Up to so many rows of A a transposed B is not copied: it takes no room.
inline constexpr std::size_t few_rows = 8;

namespace detail {

template <class Arch, class T, class Activation>
void activate_block(void const* activation, T* c, std::size_t c_row, std::size_t rows,
                    std::size_t columns) noexcept {
  auto const& act = *static_cast<Activation const*>(activation);
  for (std::size_t i = 0; i < rows; ++i, c += c_row) {
    simd::for_each_chunk<T, Arch>(columns, [&](auto chunk) { chunk.store(c, act(chunk.load(c))); });
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
  return m < 48 ? 0 : detail::bytes_for<T>(detail::block_size<T, Arch>(n, detail::chain));
}

/// C ← act([0 | C | bias] + A·B).
///
/// Products are summed in the order of k by chains of 256 fma, each from zero, and parts of 64
/// chains; then C or the bias is added. So an element has the same bits on every instruction set
/// with fma, whatever m and n; but with at most 8 rows of A and a transposed B it is summed lane by
/// lane.
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
  std::size_t const begin_row = from == start::target ? ldc : 0;
  detail::gemm_task<T> const task{m, n, k, a, b, c, ldc, begin, begin_row, finish};
  if (b.transposed && m <= few_rows && (!a.transposed || (m == 1 && a.stride == 1))) {
    detail::multiply_by_dots<T, Arch>(m, n, {k, a.data, a.stride, b.data, b.stride}, c, ldc, begin,
                                      task.from_row);
    if (finish.apply != nullptr) finish.apply(&act, c, ldc, m, n);
  } else if (b.transposed || (m >= 48 && detail::worth_a_copy<T>(n, k))) {
    using block = detail::blocking<T, Arch>;
    std::size_t const enough = std::min(detail::block_size<T, Arch>(n, k), block::least);
    detail::in_room<block::scratch, T>(
        lent, std::max<std::size_t>(enough, 1),
        [&](std::span<T> numbers) { detail::multiply<T, Arch>(task, numbers); });
  } else {
    detail::multiply<T, Arch>(task, {});
  }
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
