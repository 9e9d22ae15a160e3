// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

#include <halo/core/unrolled.hpp>
#include <halo/learned/program.hpp>
#include <halo/simd/transform.hpp>

// The two passes of a program over the coordinates of one tensor, tile by tile: one function each
// for all layouts, never one copy a layout.

namespace halo::learned {

/// A gradient as an optimizer's context wants it: scaled, then limited; and a step times its rate.
template <class T>
struct conditioner {
  T scale = 1;        ///< factor of the gradient
  T limit = 0;        ///< its largest element after that
  bool plain = true;  ///< the gradient stays what it is
  T rate = 1;         ///< factor of the step

  /// The gradient as the optimizer gets it.
  template <class V>
  [[nodiscard]] V operator()(V g) const noexcept {
    if (plain) return g;
    return max(min(g * V(scale), V(limit)), V(-limit));
  }
  /// Where a coordinate goes that was at x and would go to y.
  template <class V>
  [[nodiscard]] V moved(V x, V y) const noexcept {
    return rate == T(1) ? y : fma(V(rate), y - x, x);
  }
};

/// An array of N, or of one where N is 0.
template <class T, std::size_t N>
using at_least_one = std::array<T, (N > 0 ? N : 1)>;

namespace detail {

/// Count numbers of the coordinates at p, a tile apart. (Loops over numbers end with !=: there may
/// be none of a kind, and compilers warn that nothing is below 0.)
template <class V, std::size_t Count, class T>
inline void load_numbers(T const* p, V* to) noexcept {
  unrolled<Count>([=](std::size_t k) { to[k] = V::load(p + k * tile_lanes); });
}
template <class V, std::size_t Count, class T>
inline void store_numbers(T* p, V const* from) noexcept {
  unrolled<Count>([=](std::size_t k) { from[k].store(p + k * tile_lanes); });
}

/// Calls body(tile, lane, element, chunk) for all coordinates, a register at a time.
template <class T, class Arch, class Body>
inline void for_each_register(std::size_t n, Body&& body) {
  static_assert(tile_lanes % simd::batch<T, Arch>::size == 0);
  simd::for_each_chunk<T, Arch>(
      n, [&](auto chunk) { body(chunk.begin / tile_lanes, chunk.begin % tile_lanes, chunk); });
}

}  // namespace detail

/// observe() for the n coordinates of a tensor.
///
/// @param state  tiles · P::state · tile_lanes, in place
/// @param carry  tiles · P::carry · tile_lanes, written
/// @param mean   P::sums, written
template <program P, class Arch = simd::default_arch, class W, class T>
[[gnu::noinline]] [[gnu::flatten]] void observe_tensor(W const* weights, T const* row,
                                                       std::size_t n, T const* theta,
                                                       T const* gradient,
                                                       conditioner<T> const& condition, T* state,
                                                       T* carry, T* mean) noexcept {
  using V = simd::batch<T, Arch>;
  plain_reader<V, W, T> const reader(weights, row);
  at_least_one<V, P::sums> total;
  total.fill(V(T(0)));
  detail::for_each_register<T, Arch>(n, [&](std::size_t tile, std::size_t lane, auto chunk) {
    T* const here = state + tile * P::state * tile_lanes + lane;
    at_least_one<V, P::state> s;
    at_least_one<V, P::carry> c;
    at_least_one<V, P::sums> sum;
    detail::load_numbers<V, P::state>(here, s.data());
    P::observe(reader, condition(chunk.load(gradient)), chunk.load(theta), s.data(), c.data(),
               sum.data());
    detail::store_numbers<V, P::state - P::held>(here, s.data());
    detail::store_numbers<V, P::carry>(carry + tile * P::carry * tile_lanes + lane, c.data());
    for (std::size_t k = 0; k != P::sums; ++k) total[k] += chunk.fill(sum[k], T(0));
  });
  for (std::size_t k = 0; k != P::sums; ++k) mean[k] = lane_sum(total[k]) / static_cast<T>(n);
}

/// apply() for the n coordinates of a tensor.
template <program P, class Arch = simd::default_arch, class W, class T>
[[gnu::noinline]] [[gnu::flatten]] void apply_tensor(W const* weights, T const* row, std::size_t n,
                                                     T* theta, T const* gradient,
                                                     conditioner<T> const& condition, T* state,
                                                     T const* carry) noexcept {
  using V = simd::batch<T, Arch>;
  plain_reader<V, W, T> const reader(weights, row);
  detail::for_each_register<T, Arch>(n, [&](std::size_t tile, std::size_t lane, auto chunk) {
    T* const here = state + tile * P::state * tile_lanes + lane;
    at_least_one<V, P::state> s;
    at_least_one<V, P::carry> c;
    detail::load_numbers<V, P::state>(here, s.data());
    detail::load_numbers<V, P::carry>(carry + tile * P::carry * tile_lanes + lane, c.data());
    V const at = chunk.load(static_cast<T const*>(theta));
    V const x = condition.moved(
        at, P::apply(reader, condition(chunk.load(gradient)), at, s.data(), c.data()));
    constexpr std::size_t kept = P::state - P::held;
    detail::store_numbers<V, P::held>(here + kept * tile_lanes, s.data() + kept);
    chunk.store(theta, x);
  });
}

}  // namespace halo::learned

#include <halo/macros_back.hpp>
