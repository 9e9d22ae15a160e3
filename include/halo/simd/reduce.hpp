// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>

#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

// Registers' worth number i of the array goes to accumulator i mod 4; then (0 + 1) + (2 + 3); then
// the lanes. So the result depends on the data, on n and on the architecture alone. Sums are taken
// block by block, 64 registers an accumulator, and the sums of 64 blocks once more, so that
// rounding grows with n / 16384 and not with n, however narrow the registers are.

namespace halo::simd {

namespace detail {

/// Folds n elements into four accumulators: total[i mod 4] = body(chunk i, total[i mod 4]).
template <class T, class Arch, class V, class Body>
[[gnu::always_inline]] inline void fold_chunks(std::size_t n, V (&total)[4],
                                               Body const& body) noexcept {
  constexpr std::size_t width = batch<T, Arch>::size;
  std::size_t i = 0;
  for (; i + 4 * width <= n; i += 4 * width)
    for (std::size_t u = 0; u < 4; ++u)
      total[u] = body(full_chunk<T, Arch>{i + u * width}, total[u]);
  std::size_t u = 0;
  for_each_chunk<T, Arch>(n - i, [&](auto chunk) {
    chunk.begin += i;
    total[u] = body(chunk, total[u]);
    ++u;
  });
}

/// Σ over n elements, block by block.
template <class T, class Arch, class V, class Body>
[[nodiscard, gnu::noinline]] V sum_blocks(std::size_t n, Body const& body) noexcept {
  constexpr std::size_t block = 4 * 64 * batch<T, Arch>::size;
  V total[4] = {V(0), V(0), V(0), V(0)};
  for (std::size_t outer = 0; outer < n; outer += 64 * block) {
    V some[4] = {V(0), V(0), V(0), V(0)};
    std::size_t const end = n - outer < 64 * block ? n : outer + 64 * block;
    for (std::size_t first = outer; first < end; first += block) {
      V part[4] = {V(0), V(0), V(0), V(0)};
      fold_chunks<T, Arch>(end - first < block ? end - first : block, part, [&](auto chunk, V t) {
        chunk.begin += first;
        return body(chunk, t);
      });
      for (std::size_t u = 0; u < 4; ++u) some[u] += part[u];
    }
    for (std::size_t u = 0; u < 4; ++u) total[u] += some[u];
  }
  return (total[0] + total[1]) + (total[2] + total[3]);
}

/// Σ over n elements, where body(chunk, t) is t and what the chunk adds to it.
template <class T, class Arch, class V, class Body>
[[nodiscard]] inline V sum_chunks(std::size_t n, Body const& body) noexcept {
  if (n > 4 * 64 * batch<T, Arch>::size) return sum_blocks<T, Arch, V>(n, body);
  V total[4] = {V(0), V(0), V(0), V(0)};  // most rows are short
  fold_chunks<T, Arch>(n, total, body);
  return (total[0] + total[1]) + (total[2] + total[3]);
}

}  // namespace detail

/// Σ x_i; 0 for n = 0. NaN and infinity as in plain additions.
template <class Arch = default_arch, class P>
[[nodiscard]] element_of<P> sum(std::size_t n, P x) noexcept {
  using V = typename pointer_traits<P>::template register_of<Arch>;
  return lane_sum(detail::sum_chunks<scalar_of<P>, Arch, V>(
      n, [x](auto chunk, V t) { return t + chunk.load(const_of<P>(x)); }));
}

/// Σ a_i b_i; 0 for n = 0. Each product joins its sum in one fma.
template <class Arch = default_arch, class P>
[[nodiscard]] element_of<P> dot(std::size_t n, P a, P b) noexcept {
  using V = typename pointer_traits<P>::template register_of<Arch>;
  return lane_sum(detail::sum_chunks<scalar_of<P>, Arch, V>(n, [a, b](auto chunk, V t) {
    return fma(chunk.load(const_of<P>(a)), chunk.load(const_of<P>(b)), t);
  }));
}

/// max |x_i|; 0 for n = 0. A NaN is passed over: ask all_finite first where that matters.
template <class Arch = default_arch, class T>
[[nodiscard]] T max_abs(std::size_t n, T const* x) noexcept {
  using V = batch<T, Arch>;
  V most[4] = {V(0), V(0), V(0), V(0)};
  detail::fold_chunks<T, Arch>(n, most,
                               [x](auto chunk, V m) { return max(abs(chunk.load(x)), m); });
  return lane_max(max(max(most[0], most[1]), max(most[2], most[3])));
}

/// True if no element is infinite or NaN; true for n = 0. Reads every element once.
template <class Arch = default_arch, class T>
[[nodiscard]] bool all_finite(std::size_t n, T const* x) noexcept {
  using V = batch<T, Arch>;
  V zero[4] = {V(0), V(0), V(0), V(0)};  // 0 · x is NaN just where x is not finite, and NaN stays
  detail::fold_chunks<T, Arch>(n, zero,
                               [x](auto chunk, V z) { return fma(chunk.load(x), V(0), z); });
  return all((zero[0] + zero[1]) + (zero[2] + zero[3]) == V(0));
}

}  // namespace halo::simd

#include <halo/macros_back.hpp>
