// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <halo/core/unrolled.hpp>
#include <halo/kernel/activation.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

// Normalisation of channels that lie last: x is [n, channels], n positions of one example or of a
// whole mini-batch. Each channel's result depends on that channel alone.

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

/// Two sums at once.
template <class V>
struct sum_pair {
  V first = V(0), second = V(0);
  friend sum_pair operator+(sum_pair const& a, sum_pair const& b) noexcept {
    return {a.first + b.first, a.second + b.second};
  }
};

}  // namespace detail

/// Mean and variance of each channel: mean_c = Σ_i x_ic / n, variance_c = Σ_i (x_ic - mean_c)² / n.
///
/// Blocks of positions are averaged around their own means and merged [Chan et al. 1979], so that x
/// is read once and a large mean costs no digits.
///
/// @param n               positions; for none mean and variance are 0
/// @param mean, variance  one a channel
/// @note  allocates nothing
template <class Arch = simd::default_arch, class P>
void channel_moments(std::size_t n, std::size_t channels, simd::const_of<P> x, P mean,
                     P variance) noexcept {
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
      at.store(mean, center[g]);
      at.store(variance, square[g] * share);
    });
  });
}

/// y_ic = f(gain_c z_ic + bias_c),  z_ic = (x_ic - mean_c) / √(variance_c + epsilon)
/// [Ioffe & Szegedy 2015, algorithm 1].
///
/// @param gain, bias, mean, variance  one a channel
/// @param y  as x; may be x
/// @param f  applied to the result, one of the activations
template <class Arch = simd::default_arch, class P, class Activation = identity>
void channel_normalize(std::size_t n, std::size_t channels, simd::const_of<P> x,
                       simd::const_of<P> gain, simd::const_of<P> bias, simd::const_of<P> mean,
                       simd::const_of<P> variance, simd::scalar_of<P> epsilon, P y,
                       Activation f = {}) noexcept {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  detail::for_each_channels<T, Arch>(channels, [&](auto side_by_side, auto chunk) {
    constexpr std::size_t G = decltype(side_by_side)::value;
    V center[G], factor[G], shift[G];
    unrolled<G>([&](std::size_t g) {
      auto const at = detail::channels_at(chunk, 0, g);
      center[g] = at.load(mean);
      factor[g] = at.load(gain) / sqrt(at.load(variance) + V(epsilon));
      shift[g] = at.load(bias);
    });
    for (std::size_t i = 0; i < n; ++i) {
      unrolled<G>([&](std::size_t g) {
        auto const at = detail::channels_at(chunk, i * channels, g);
        at.store(y, f(fma(at.load(x) - center[g], factor[g], shift[g])));
      });
    }
  });
}

/// dL/dgain and dL/dbias of channel_normalize without f: dgain_c = Σ_i dy_ic z_ic,
/// dbias_c = Σ_i dy_ic.
///
/// @param dgain, dbias  one a channel; must not overlap x or dy
template <class Arch = simd::default_arch, class P>
void channel_gradient(std::size_t n, std::size_t channels, simd::const_of<P> x,
                      simd::const_of<P> mean, simd::const_of<P> variance,
                      simd::scalar_of<P> epsilon, simd::const_of<P> dy, P dgain, P dbias) noexcept {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  using sums = detail::sum_pair<V>;
  detail::for_each_channels<T, Arch>(channels, [&](auto side_by_side, auto chunk) {
    constexpr std::size_t G = decltype(side_by_side)::value;
    V center[G];
    sums total[G];
    unrolled<G>([&](std::size_t g) { center[g] = detail::channels_at(chunk, 0, g).load(mean); });
    for (std::size_t first = 0; first < n; first += detail::channel_block) {
      std::size_t const here = std::min(detail::channel_block, n - first);
      sums part[4];
      detail::fold_positions<G>(here, channels, detail::channels_at(chunk, first * channels, 0),
                                part, [&](auto at, std::size_t g, sums& s) {
                                  V const d = at.load(dy);
                                  s.first = fma(d, at.load(x) - center[g], s.first);
                                  s.second += d;
                                });
      unrolled<G>([&](std::size_t g) { total[g] = total[g] + detail::folded<G>(part, g); });
    }
    unrolled<G>([&](std::size_t g) {
      auto const at = detail::channels_at(chunk, 0, g);
      at.store(dgain, total[g].first / sqrt(at.load(variance) + V(epsilon)));
      at.store(dbias, total[g].second);
    });
  });
}

/// dL/dx of channel_normalize without f: dx_ic = (gain_c dy_ic - shift_c - z_ic tilt_c) /
/// √(variance_c + epsilon).
///
/// Where mean and variance are those of x, over all n positions, shift_c = gain_c dbias_c / n and
/// tilt_c = gain_c dgain_c / n; where a group of channels shares them, the sums are the group's.
///
/// @param shift, tilt  one a channel; null: mean and variance do not depend on x
/// @param dx           as x; may be dy
template <class Arch = simd::default_arch, class P>
void channel_backward(std::size_t n, std::size_t channels, simd::const_of<P> x,
                      simd::const_of<P> gain, simd::const_of<P> mean, simd::const_of<P> variance,
                      simd::scalar_of<P> epsilon, simd::const_of<P> dy, simd::const_of<P> shift,
                      simd::const_of<P> tilt, P dx) noexcept {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  detail::for_each_channels<T, Arch>(channels, [&](auto side_by_side, auto chunk) {
    constexpr std::size_t G = decltype(side_by_side)::value;
    V center[G], factor[G], down[G], slope[G];
    unrolled<G>([&](std::size_t g) {
      auto const at = detail::channels_at(chunk, 0, g);
      V const scale = V(T(1)) / sqrt(at.load(variance) + V(epsilon));
      center[g] = at.load(mean);
      factor[g] = at.load(gain) * scale;
      down[g] = shift ? at.load(shift) * scale : V(0);
      slope[g] = tilt ? at.load(tilt) * scale * scale : V(0);
    });
    for (std::size_t i = 0; i < n; ++i) {
      unrolled<G>([&](std::size_t g) {
        auto const at = detail::channels_at(chunk, i * channels, g);
        V const straight = fma(factor[g], at.load(dy), -down[g]);
        at.store(dx, straight - (at.load(x) - center[g]) * slope[g]);
      });
    }
  });
}

}  // namespace halo::kernel
