// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>
#include <limits>

#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

// Numbers brought to a grid of 2^bits steps or fewer, and their gradients straight through it.

namespace halo::kernel {

/// Where the steps of a grid lie: symmetric has as many on both sides of 0, ±(2^(bits-1) - 1);
/// asymmetric has 2^bits from the range's low end to its high end.
enum class grid : unsigned char { symmetric, asymmetric };

/// The interval that numbers lie in, 0 included.
template <class T>
struct value_range {
  T low, high;  ///< smallest and largest value
};

namespace detail {

/// The numbers in a register, without their tangents.
template <class R>
[[nodiscard]] inline auto numbers(R const& r) noexcept {
  if constexpr (requires { r.tangent; })
    return r.value;
  else
    return r;
}

/// x rounded to the nearest integer, to the even one of two: |x| < 2^22 (float).
template <class T, class Arch>
[[nodiscard]] inline simd::batch<T, Arch> nearest(simd::batch<T, Arch> x) noexcept {
  constexpr T shift = T(1.5) / std::numeric_limits<T>::epsilon();  // from here on ulp is 1
  return (x + simd::batch<T, Arch>(shift)) - simd::batch<T, Arch>(shift);
}

}  // namespace detail

/// A grid as numbers: x ↦ scale · k with k = round(x / scale), lowest <= k <= highest. V is a
/// register, each lane a grid of its own.
///
/// 0 is always on it (k = 0), so that zeros around an image and behind a relu stay exact; for this
/// the range is widened to include 0 and its ends may move by half a step, as in PyTorch.
/// q(x) = round((x - min) s) / s + min keeps the ends and moves 0 instead.
template <class V>
struct quantiser {
  using T = typename V::value_type;   ///< of a lane
  V scale, inverse, lowest, highest;  ///< a step of the grid, 1/scale, the first and last step

  /// @param low, high  smallest and largest value, low <= 0 <= high
  /// @param bits       2 to 8
  /// A range of nothing but 0, or so small that its step has no inverse, has the grid of scale 1;
  /// an infinite one makes everything NaN.
  quantiser(V low, V high, unsigned bits, grid g) noexcept {
    auto const half = static_cast<T>((1U << (bits - 1)) - 1U);
    auto const levels = static_cast<T>((1U << bits) - 1U);
    V const one(T(1)), divisor(g == grid::symmetric ? half : levels);
    scale = g == grid::symmetric ? max(-low, high) / divisor : high / divisor - low / divisor;
    scale = select(scale < V(std::numeric_limits<T>::min()), one, scale);
    inverse = one / scale;
    // limits on both sides of what is rounded: no fma may reach in
    lowest = g == grid::symmetric ? V(-half)
                                  : -detail::nearest(max(min(-low * inverse, V(levels)), V(T(0))));
    highest = g == grid::symmetric ? V(half) : lowest + V(levels);
  }

  /// k, an integer. NaN stays NaN.
  [[nodiscard]] V steps(V x) const noexcept {
    return detail::nearest(max(lowest, min(highest, x * inverse)));
  }
  /// The number on the grid.
  [[nodiscard]] V operator()(V x) const noexcept { return steps(x) * scale; }
  /// Where round(x / scale) needs no clamp: there the gradient passes.
  [[nodiscard]] typename V::mask inside(V x) const noexcept {
    V const one(T(1));
    V const k = detail::nearest(max(lowest - one, min(highest + one, x * inverse)));
    return k >= lowest && k <= highest;
  }
};

/// Smallest and largest of n numbers and 0; ±infinity where one is infinite or NaN.
///
/// Reads them once; allocates nothing.
template <class Arch = simd::default_arch, class T>
[[nodiscard]] value_range<T> range_of(std::size_t n, T const* x) noexcept {
  using V = simd::batch<T, Arch>;
  constexpr std::size_t width = V::size;
  V low[2] = {V(T(0)), V(T(0))}, high[2] = {V(T(0)), V(T(0))};
  V poison[2] = {V(T(0)), V(T(0))};  // 0 · x is NaN just where x is not finite
  auto const fold = [&](V v, std::size_t u) {
    low[u] = min(v, low[u]);
    high[u] = max(v, high[u]);
    poison[u] = fma(v, V(T(0)), poison[u]);
  };
  std::size_t i = 0;
  for (; i + 2 * width <= n; i += 2 * width)
    for (std::size_t u = 0; u < 2; ++u) fold(V::load(x + i + u * width), u);
  simd::for_each_chunk<T, Arch>(n - i, [&](auto chunk) { fold(chunk.load(x + i), 0); });
  if (!all(poison[0] + poison[1] == V(T(0)))) {
    T const infinity = std::numeric_limits<T>::infinity();
    return {-infinity, infinity};
  }
  return {-lane_max(-min(low[0], low[1])), lane_max(max(high[0], high[1]))};
}

/// What becomes of a gradient outside the range: where the range was that of the numbers
/// themselves nothing lies outside, rounded ends included; else it stops there.
enum class outside : unsigned char { none, stops };

/// y_i ← the number next to x_i on the grid of a range. The derivative is that of y = x, straight
/// through [Bengio et al. 2013]; 0 outside the range. y may be x.
template <class Arch = simd::default_arch, class P>
void fake_quantise(std::size_t n, value_range<simd::scalar_of<P>> range, unsigned bits, grid g,
                   outside o, simd::const_of<P> x, P y) noexcept {
  using T = simd::scalar_of<P>;
  using V = simd::batch<T, Arch>;
  quantiser<V> const q(V(range.low), V(range.high), bits, g);
  simd::for_each_chunk<T, Arch>(n, [=](auto chunk) {
    auto v = chunk.load(x);
    if constexpr (requires { v.tangent; }) {
      if (o == outside::stops) v.tangent = select(q.inside(v.value), v.tangent, V(T(0)));
      v.value = q(v.value);
    } else {
      v = q(v);
    }
    chunk.store(y, v);
  });
}

/// dx_i ← 0 where x_i is outside the range: the way back of fake_quantise.
template <class Arch = simd::default_arch, class P>
void stop_outside(std::size_t n, value_range<simd::scalar_of<P>> range, unsigned bits, grid g,
                  simd::const_of<P> x, P dx) noexcept {
  using T = simd::scalar_of<P>;
  using V = simd::batch<T, Arch>;
  using R = typename simd::pointer_traits<P>::template register_of<Arch>;
  quantiser<V> const q(V(range.low), V(range.high), bits, g);
  simd::for_each_chunk<T, Arch>(n, [=](auto chunk) {
    auto const in = q.inside(detail::numbers(chunk.load(x)));
    R const d = chunk.load(simd::const_of<P>(dx));
    if constexpr (requires { d.tangent; })
      chunk.store(dx, R(select(in, d.value, V(T(0))), select(in, d.tangent, V(T(0)))));
    else
      chunk.store(dx, select(in, d, V(T(0))));
  });
}

/// Calls body(chunk, quantiser) for registers of channels of x [n, channels], each with the range
/// of its own channel.
template <class Arch = simd::default_arch, class T, class Body>
void for_each_channel_grid(std::size_t n, std::size_t channels, unsigned bits, grid g, T const* x,
                           Body const& body) noexcept {
  using V = simd::batch<T, Arch>;
  simd::for_each_chunk<T, Arch>(channels, [&](auto chunk) {
    V low(T(0)), high(T(0)), poison(T(0));
    auto at = chunk;
    for (std::size_t i = 0; i < n; ++i, at.begin += channels) {
      V const v = at.load(x);
      low = min(v, low);
      high = max(v, high);
      poison = fma(v, V(T(0)), poison);
    }
    V const infinity(std::numeric_limits<T>::infinity());
    auto const finite = poison == V(T(0));
    body(chunk,
         quantiser<V>(select(finite, low, -infinity), select(finite, high, infinity), bits, g));
  });
}

/// fake_quantise of x [n, channels], each channel on the grid of its own range. y may be x.
template <class Arch = simd::default_arch, class P>
void fake_quantise_channels(std::size_t n, std::size_t channels, unsigned bits, grid g,
                            simd::const_of<P> x, P y) noexcept {
  using V = simd::batch<simd::scalar_of<P>, Arch>;
  for_each_channel_grid<Arch>(n, channels, bits, g, simd::values_of(x),
                              [=](auto chunk, quantiser<V> const& q) {
                                for (std::size_t i = 0; i < n; ++i, chunk.begin += channels) {
                                  auto v = chunk.load(x);
                                  if constexpr (requires { v.tangent; })
                                    v.value = q(v.value);
                                  else
                                    v = q(v);
                                  chunk.store(y, v);
                                }
                              });
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
