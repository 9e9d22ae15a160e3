// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <halo/kernel/channel_groups.hpp>
#include <halo/kernel/channel_norm.hpp>
#include <halo/kernel/sum.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/plan.hpp>

namespace halo::nn {

namespace detail {

template <std::size_t Channels, std::size_t Groups, std::size_t Size>
[[nodiscard]] consteval bool divides() {
  static_assert(Channels % Groups == 0,
                "halo: group_norm: the number of groups divides the number of channels");
  static_assert(Size > Groups,
                "halo: group_norm: a group of one number has no deviation: its output would be the "
                "bias, whatever comes in");
  return Channels % Groups == 0;
}

}  // namespace detail

/// Group normalisation [Wu & He 2018], [..., C] → the same shape: in each example each group of C /
/// Groups neighbouring channels is brought to mean 0 and variance 1 over all its places, then each
/// channel is scaled and shifted.
///
/// y = gain · (x - mean) / √(variance + 1e-5) + bias, as PyTorch's GroupNorm. An example's result
/// does not depend on the others: as good for mini-batches of one as for large ones. One group is
/// layer normalisation with a gain a channel, Groups = C instance normalisation.
template <std::size_t Groups>
struct group_norm : detail::channel_norm {
  static_assert(Groups > 0, "halo: group_norm: at least one group");
  static constexpr double epsilon = 1e-5;  ///< inside the root
  static constexpr char const* kind = "group norm";
  template <class X>
  static constexpr pass_costs costs =
      detail::norm_costs(X::size, detail::channels<X>, detail::channel_norm::memory<X>, true);
  template <class X>
  static constexpr bool accepts = [] {
    if constexpr (X::rank > 0 && X::size > 0)
      return detail::divides<detail::channels<X>, Groups, X::size>();
    return false;
  }();

  static constexpr void describe(auto&& f) { f.constant("groups", Groups); }

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P memory) noexcept {
    forward_activated<X>(p, theta, x, y, memory, kernel::identity{});
  }

  /// forward, then y ← f(y), in the same walk.
  template <class X, class C, class P, class Activation>
  static void forward_activated(pass const& p, C theta, C x, P y, P memory, Activation f) noexcept {
    constexpr std::size_t n = detail::channels<X>, places = X::size / n;
    for (std::size_t i = 0; i < p.rows; ++i, x += X::size, y += X::size, memory += 3 * n) {
      P const variance = memory + n, rest = memory + 2 * n;
      kernel::channel_moments(places, n, x, memory, variance, rest);
      kernel::group_moments(n, Groups, memory, variance, rest);
      kernel::channel_normalize(places, n, norm_of<P, n>(theta, C(memory), f), x, y);
    }
  }

  /// Returns a bound on the gradient of gain and bias.
  template <class X, class P>
  static simd::scalar_of<P> backward(pass const& p, backward_arguments<P> const& a) noexcept {
    return backward_activated<X>(p, a, kernel::identity{});
  }

  /// The same of forward_activated: dy is that of f's output, which is not looked at.
  template <class X, class P, class Activation>
  static simd::scalar_of<P> backward_activated(pass const& p, backward_arguments<P> const& a,
                                               Activation f) noexcept {
    using C = simd::const_of<P>;
    constexpr std::size_t n = detail::channels<X>, places = X::size / n;
    P const tilt = a.scratch, shift = a.scratch + n;
    bool const in_parts = p.rows > 64;  // then there is scratch for so many
    P const part = in_parts ? P(a.scratch + 2 * n) : a.gradient;
    if (a.gradient && in_parts) kernel::clear(2 * n, part);
    if (a.gradient)  // of no examples: zeros
      kernel::channel_gradient(0, n, norm_of<P, n>(a.theta, a.memory, f), a.x, C(a.dy), a.gradient,
                               P(a.gradient + n));
    for (std::size_t i = 0; i < p.rows; ++i) {
      C const x = a.x + i * X::size, dy = a.dy + i * X::size;
      auto const norm = norm_of<P, n>(a.theta, C(a.memory + i * 3 * n), f);
      kernel::channel_gradient(places, n, norm, x, dy, tilt, shift);
      if (a.gradient) kernel::sum(2 * n, C(part), C(tilt), part);
      if (a.gradient && in_parts && (i % 64 == 63 || i + 1 == p.rows)) {
        kernel::sum(2 * n, C(a.gradient), C(part), a.gradient);
        kernel::clear(2 * n, part);
      }
      if (!a.dx) continue;
      kernel::group_slopes(places * (n / Groups), n, Groups, a.theta, shift, tilt);
      kernel::channel_backward(places, n, norm, x, dy, C(shift), C(tilt), P(a.dx + i * X::size));
    }
    return a.gradient ? detail::bound<2 * n>(a.gradient) : simd::scalar_of<P>(0);
  }

  /// Moments of some rows only.
  template <class X, class T>
  static void keep_rows(std::size_t, std::uint32_t const* kept, std::size_t count,
                        T* memory) noexcept {
    detail::move_rows(3 * detail::channels<X>, kept, count, memory);
  }

 private:
  template <class P, std::size_t N, class C, class F>
  static kernel::channel_norm<P, F> norm_of(C theta, C moments, F f) noexcept {
    return {theta, theta + N,      moments, moments + N, static_cast<simd::scalar_of<P>>(epsilon),
            f,     moments + 2 * N};
  }
};
static_assert(layer<group_norm<2>, shape<4>> && layer<group_norm<3>, shape<2, 3, 6>>);

}  // namespace halo::nn
