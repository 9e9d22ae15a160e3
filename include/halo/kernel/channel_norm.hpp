// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <halo/core/unrolled.hpp>
#include <halo/kernel/activation.hpp>
#include <halo/kernel/channel_moments.hpp>
#include <halo/simd/pointer.hpp>

namespace halo::kernel {

/// What normalises a channel and scales it, as pointers to one number a channel, and what is
/// applied behind it.
///
/// y = f(u),  u = gain (x - mean) / √(variance + epsilon) + bias
/// [Ioffe & Szegedy 2015, algorithm 1]. NaN where the variance is infinite or NaN.
template <class P, class Activation = identity>
struct channel_norm {
  simd::const_of<P> gain, bias, mean, variance;  ///< one number a channel
  simd::scalar_of<P> epsilon;                    ///< added to the variance
  Activation f{};                                ///< of the result
  simd::const_of<P> rest{};                      ///< that the mean has lost; null: nothing
};

namespace detail {

/// One register of channels of a channel_norm.
template <class V, class F>
struct channel_register {
  V center, sigma, factor, shift, rest;

  channel_register() = default;
  template <class P, class Chunk>
  channel_register(channel_norm<P, F> const& norm, Chunk at) noexcept
      : center(at.load(norm.mean)),
        sigma(deviation<simd::scalar_of<P>>(at.load(norm.variance) + V(norm.epsilon))),
        factor(at.load(norm.gain) / sigma),
        shift(at.load(norm.bias)),
        rest(norm.rest ? V(at.load(norm.rest)) : V(0)) {
    shift = fnma(rest, factor, shift);
  }

  [[nodiscard]] V forward(V x) const noexcept { return F{}(u(x)); }
  /// dL/du of dL/dy. u is computed again: cheaper than to read y.
  [[nodiscard]] V back(V x, V dy) const noexcept {
    if constexpr (std::is_same_v<F, identity>)
      return dy;
    else if constexpr (F::from_output)
      return dy * F{}.slope(forward(x));
    else
      return dy * F{}.slope(u(x));
  }

 private:
  /// NaN where the squares have overflowed: a factor of 0 would make every number the bias.
  template <class T>
  [[nodiscard]] static V deviation(V square) noexcept {
    using limits = std::numeric_limits<T>;
    return select(square <= V(limits::max()), sqrt(square), V(limits::quiet_NaN()));
  }
  [[nodiscard]] V u(V x) const noexcept { return fma(x - center, factor, shift); }
};

/// Those of the channels from a chunk on.
template <std::size_t G, class V, class P, class F, class Chunk>
void load_registers(channel_norm<P, F> const& norm, Chunk chunk,
                    channel_register<V, F> (&r)[G]) noexcept {
  unrolled<G>([&](std::size_t g) { r[g] = {norm, channels_at(chunk, 0, g)}; });
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

/// y of n positions.
///
/// @param y  as x; may be x
template <class Arch = simd::default_arch, class P, class F>
void channel_normalize(std::size_t n, std::size_t channels, channel_norm<P, F> const& norm,
                       simd::const_of<P> x, P y) noexcept {
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  detail::for_each_channels<simd::scalar_of<P>, Arch>(channels, [&](auto together, auto chunk) {
    constexpr std::size_t G = decltype(together)::value;
    detail::channel_register<V, F> r[G];
    detail::load_registers(norm, chunk, r);
    for (std::size_t i = 0; i < n; ++i) {
      unrolled<G>([&](std::size_t g) {
        auto const at = detail::channels_at(chunk, i * channels, g);
        at.store(y, r[g].forward(at.load(x)));
      });
    }
  });
}

/// dL/dgain_c = Σ_i du_ic z_ic and dL/dbias_c = Σ_i du_ic of dL/dy, with z = (x - mean) /
/// √(variance
/// + epsilon).
///
/// @param dgain, dbias  one a channel; must not overlap x or dy
template <class Arch = simd::default_arch, class P, class F>
void channel_gradient(std::size_t n, std::size_t channels, channel_norm<P, F> const& norm,
                      simd::const_of<P> x, simd::const_of<P> dy, P dgain, P dbias) noexcept {
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  using sums = detail::sum_pair<V>;
  detail::for_each_channels<simd::scalar_of<P>, Arch>(channels, [&](auto together, auto chunk) {
    constexpr std::size_t G = decltype(together)::value;
    detail::channel_register<V, F> r[G];
    sums total[G], parts[G];
    detail::load_registers(norm, chunk, r);
    for (std::size_t first = 0; first < n; first += detail::channel_block) {
      std::size_t const here = std::min(detail::channel_block, n - first);
      sums part[4];
      detail::fold_positions<G>(here, channels, detail::channels_at(chunk, first * channels, 0),
                                part, [&](auto at, std::size_t g, sums& s) {
                                  V const there = at.load(x);
                                  V const d = r[g].back(there, at.load(dy));
                                  s.first = fma(d, there - r[g].center, s.first);
                                  s.second += d;
                                });
      bool const joins = (first / detail::channel_block + 1) % 64 == 0 || first + here == n;
      unrolled<G>([&](std::size_t g) {
        parts[g] = parts[g] + detail::folded<G>(part, g);
        if (!joins) return;
        total[g] = total[g] + parts[g];
        parts[g] = sums();
      });
    }
    unrolled<G>([&](std::size_t g) {
      auto const at = detail::channels_at(chunk, 0, g);
      at.store(dgain, fnma(r[g].rest, total[g].second, total[g].first) / r[g].sigma);
      at.store(dbias, total[g].second);
    });
  });
}

/// dL/dx_ic = (gain_c du_ic - shift_c - z_ic tilt_c) / √(variance_c + epsilon).
///
/// Where mean and variance are those of x, over all n positions, shift_c = gain_c dbias_c / n and
/// tilt_c = gain_c dgain_c / n; where a group of channels shares them, the sums are the group's.
///
/// @param shift, tilt  one a channel; null: mean and variance do not depend on x
/// @param dx           as x; may be dy
template <class Arch = simd::default_arch, class P, class F>
void channel_backward(std::size_t n, std::size_t channels, channel_norm<P, F> const& norm,
                      simd::const_of<P> x, simd::const_of<P> dy, simd::const_of<P> shift,
                      simd::const_of<P> tilt, P dx) noexcept {
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  detail::for_each_channels<simd::scalar_of<P>, Arch>(channels, [&](auto together, auto chunk) {
    constexpr std::size_t G = decltype(together)::value;
    detail::channel_register<V, F> r[G];
    V down[G], slope[G];
    detail::load_registers(norm, chunk, r);
    unrolled<G>([&](std::size_t g) {
      auto const at = detail::channels_at(chunk, 0, g);
      down[g] = shift ? at.load(shift) / r[g].sigma : V(0);
      slope[g] = tilt ? at.load(tilt) / (r[g].sigma * r[g].sigma) : V(0);
      down[g] = fnma(r[g].rest, slope[g], down[g]);
    });
    for (std::size_t i = 0; i < n; ++i) {
      unrolled<G>([&](std::size_t g) {
        auto const at = detail::channels_at(chunk, i * channels, g);
        V const there = at.load(x);
        V const straight = fma(r[g].factor, r[g].back(there, at.load(dy)), -down[g]);
        at.store(dx, straight - (there - r[g].center) * slope[g]);
      });
    }
  });
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
