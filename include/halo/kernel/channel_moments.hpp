// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <halo/core/unrolled.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

// Channels that lie last: x is [n, channels], n positions of one example or of a whole mini-batch.
// Each channel's result depends on that channel alone.

namespace halo::kernel {

namespace detail {

/// Positions whose sums are taken together before they join the rest: bounds the rounding.
inline constexpr std::size_t channel_block = 64;

/// Calls body(registers side by side, chunk of the first) for all channels: four registers while
/// there are so many, then one.
template <class T, class Arch, class Body>
inline void for_each_channels(std::size_t channels, Body const& body) noexcept {
  constexpr std::size_t step = 4 * simd::batch<T, Arch>::size;
  std::size_t c = 0;
  for (; c + step <= channels; c += step)
    body(std::integral_constant<std::size_t, 4>{}, simd::full_chunk<T, Arch>{c});
  simd::for_each_chunk<T, Arch>(channels - c, [&](auto chunk) {
    chunk.begin += c;
    body(std::integral_constant<std::size_t, 1>{}, chunk);
  });
}

/// Register g of the channels at a position.
template <class Chunk>
[[nodiscard]] inline Chunk channels_at(Chunk chunk, std::size_t offset, std::size_t g) noexcept {
  chunk.begin += offset + g * Chunk::register_type::size;
  return chunk;
}

/// Calls body(chunk, g, total) for n positions. With four registers side by side register g is
/// folded into total[g], a lone one in turn into all four: so additions do not wait.
template <std::size_t G, class Chunk, class Total, class Body>
inline void fold_positions(std::size_t n, std::size_t channels, Chunk chunk, Total (&total)[4],
                           Body const& body) noexcept {
  constexpr std::size_t at_once = 4 / G;
  std::size_t i = 0;
  for (; i + at_once <= n; i += at_once, chunk.begin += at_once * channels)
    unrolled<4>(
        [&](std::size_t u) { body(channels_at(chunk, u / G * channels, u % G), u % G, total[u]); });
  for (; i < n; ++i, chunk.begin += channels) body(chunk, 0, total[0]);
}

/// What fold_positions has left of register g.
template <std::size_t G, class Total>
[[nodiscard]] inline Total folded(Total const (&total)[4], std::size_t g) noexcept {
  if constexpr (G == 1) return (total[0] + total[1]) + (total[2] + total[3]);
  return total[g];
}

/// Moments anew around a mean that is about right, of the channels that are `distant`; what the new
/// one has lost by rounding.
template <class T, class V, class Chunk, class C, class Mask>
[[gnu::noinline]] void center_again(std::size_t n, std::size_t channels, Chunk at, C x,
                                    Mask const& distant, V& mean, V& variance, V& rest) noexcept {
  V off(0), square(0);
  for (std::size_t i = 0; i < n;) {
    V offs(0), squares(0);
    for (std::size_t const end = std::min(i + channel_block, n); i < end;
         ++i, at.begin += channels) {
      V const d = V(at.load(x)) - mean;
      offs += d;
      squares = fma(d, d, squares);
    }
    off += offs;
    square += squares;
  }
  V const share(T(1) / static_cast<T>(n));
  off *= share;
  V const better = mean + off;
  rest = select(distant, off - (better - mean), V(0));
  variance = select(distant, max(square * share - off * off, V(0)), variance);
  mean = select(distant, better, mean);
}

}  // namespace detail

/// Mean and variance of each channel: mean_c = Σ_i x_ic / n, variance_c = Σ_i (x_ic - mean_c)² / n.
///
/// Blocks of positions are averaged around their own means and merged [Chan et al. 1979], so that x
/// is read once. Channels whose mean is more than 8 deviations are summed once more around it: a
/// mean of 1e4 is rounded to a thousandth, by which deviations of a hundredth would be 5 % off. So
/// a large mean costs no digits: it is mean + rest.
///
/// @param n               positions; for none mean and variance are 0
/// @param mean, variance  one a channel
/// @param rest            one a channel, what rounding the mean has lost
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P>
void channel_moments(std::size_t n, std::size_t channels, simd::const_of<P> x, P mean, P variance,
                     P rest) noexcept {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  detail::for_each_channels<T, Arch>(channels, [&](auto side_by_side, auto chunk) {
    constexpr std::size_t G = decltype(side_by_side)::value;
    V center[G], square[G];
    unrolled<G>([&](std::size_t g) { center[g] = square[g] = V(0); });
    for (std::size_t first = 0; first < n; first += detail::channel_block) {
      std::size_t const here = std::min(detail::channel_block, n - first);
      auto const block = detail::channels_at(chunk, first * channels, 0);
      V sum[4] = {V(0), V(0), V(0), V(0)}, off[4] = {V(0), V(0), V(0), V(0)}, m[G];
      detail::fold_positions<G>(here, channels, block, sum,
                                [&](auto at, std::size_t, V& s) { s += at.load(x); });
      V const share(T(1) / static_cast<T>(here));
      unrolled<G>([&](std::size_t g) { m[g] = detail::folded<G>(sum, g) * share; });
      detail::fold_positions<G>(here, channels, block, off, [&](auto at, std::size_t g, V& s) {
        V const d = at.load(x) - m[g];
        s = fma(d, d, s);
      });
      T const weight = static_cast<T>(here) / static_cast<T>(first + here);
      unrolled<G>([&](std::size_t g) {
        V const d = m[g] - center[g];
        center[g] += d * V(weight);
        square[g] += detail::folded<G>(off, g) + d * d * V(static_cast<T>(first) * weight);
      });
    }
    V const share(n == 0 ? T(0) : T(1) / static_cast<T>(n));
    unrolled<G>([&](std::size_t g) {
      auto const at = detail::channels_at(chunk, 0, g);
      V m = center[g], v = square[g] * share, left(0);
      auto const distant = m * m > v * V(T(64));
      if (any(distant)) detail::center_again<T>(n, channels, at, x, distant, m, v, left);
      at.store(mean, m);
      at.store(variance, v);
      at.store(rest, left);
    });
  });
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
