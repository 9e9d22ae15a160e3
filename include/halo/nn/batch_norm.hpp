// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ratio>

#include <halo/kernel/channel_groups.hpp>
#include <halo/kernel/channel_norm.hpp>
#include <halo/kernel/sum.hpp>
#include <halo/nn/bound.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/describe.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn {

namespace detail {

template <class X>
inline constexpr std::size_t channels = X::rank == 0 ? 0 : X::extents[X::rank - 1];

template <class R>
inline constexpr double value_of = static_cast<double>(R::num) / static_cast<double>(R::den);

/// The passes of a normalisation of n channels, X numbers an example, each dL/dθ and dL/dx counted
/// with the arithmetic of forward: statistics of the mini-batch, or of each example.
[[nodiscard]] constexpr pass_costs norm_costs(std::size_t x, std::size_t n, std::size_t memory,
                                              bool each_example) noexcept {
  pass_costs c;
  c.forward = {{4 * x, 0, x, x}, {0, 0, 2 * n, 0}};
  c.back = {{0, 0, 2 * x, 0}, {0, 0, 2 * n, 0}};
  c.to_data.each = {4 * x, 0, 0, x};
  c.to_weights = {{4 * x, 0, 0, 0}, {0, each_example ? 3 * n : 0, 0, 2 * n}};
  auto const moments = [&](pass_cost& pass) -> cost& {
    return each_example ? pass.each : pass.once;
  };
  moments(c.forward) += {0, 2 * n, 0, memory};
  moments(c.back) += {0, 3 * n, memory, 0};
  moments(c.to_data) += {0, 4 * n, 0, 0};
  return c;
}

/// What batch and group normalisation share: a gain and a bias a channel, moments in memory.
struct channel_norm {
  template <class X>
  static constexpr bool accepts = X::rank > 0 && X::size > 0;
  template <class X>
  using output = X;
  template <class X>
  static constexpr std::array<tensor_spec, 2> tensors{
      tensor_spec{"gain", {channels<X>, 0, 0, 0}, 1, parameter_role::gain},
      tensor_spec{"bias", {channels<X>, 0, 0, 0}, 1, parameter_role::bias}};
  template <class X>
  static constexpr std::size_t memory = 3 * channels<X>;  // mean, variance, rest of the mean
  template <class X>
  static constexpr std::size_t scratch = 2 * channels<X>;  // sums of the gradient
  template <class X>
  static constexpr std::size_t operations = 4 * X::size;  // mean, variance, z, y
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = true;
  static constexpr bool needs_output = false;
};

/// Never true, and known to be so only when a template is used.
template <class...>
inline constexpr bool never = false;

}  // namespace detail

/// Batch normalisation [Ioffe & Szegedy 2015], [..., C] → the same shape: each channel is brought
/// to mean 0 and variance 1 over all places of all examples of the mini-batch, then scaled and
/// shifted.
///
/// y = gain · (x - mean) / √(variance + epsilon) + bias, one gain and bias a channel. After a step
/// that was done, running statistics move: r ← r + Share · (batch - r), the variance's batch value
/// times n / (n - 1), as in PyTorch. They are used outside of training and belong to whoever owns
/// the parameters: adapt::adapter.
///
/// One number a channel (a mini-batch of one vector) has no variance: running statistics then stay,
/// and it is normalised by them (PyTorch refuses it, TensorFlow counts 0). They stay as well where
/// a mask leaves the layer out, as TensorFlow's do where it is not trainable, while PyTorch moves
/// them; by what such a layer normalises in a step is pass::normalize_by
/// (adapter::set_frozen_normalization).
///
///     sequential<shape<32, 32, 3>, conv2d<16, 3>, batch_norm, relu, ...>
///
/// @tparam Share    PyTorch's momentum; TensorFlow's is 1 - Share
/// @tparam Epsilon  inside the root
template <class Share = std::ratio<1, 10>, class Epsilon = std::ratio<1, 100000>>
struct basic_batch_norm : detail::channel_norm {
  static_assert(Share::num > 0 && Share::num <= Share::den,
                "halo: batch_norm: the share of the newest mini-batch lies in (0, 1]");
  static_assert(Epsilon::num > 0, "halo: batch_norm: epsilon is positive");
  static constexpr double epsilon = detail::value_of<Epsilon>;  ///< added to the variance
  static constexpr char const* kind = "batch norm";
  template <class X>
  static constexpr pass_costs costs =
      detail::norm_costs(X::size, detail::channels<X>, detail::channel_norm::memory<X>, false);
  template <class X>
  static constexpr std::array<tensor_spec, 2> statistics{
      tensor_spec{"mean", {detail::channels<X>, 0, 0, 0}, 1, parameter_role::bias},
      tensor_spec{"variance", {detail::channels<X>, 0, 0, 0}, 1, parameter_role::gain}};

  static constexpr void describe(auto&& f) {
    f.template part<detail::described_ratio<typename Share::type>>("share");
    f.template part<detail::described_ratio<typename Epsilon::type>>("epsilon");
  }

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P memory) noexcept {
    forward_activated<X>(p, theta, x, y, memory, kernel::identity{});
  }

  /// forward, then y ← f(y), in the same walk.
  template <class X, class C, class P, class Activation>
  static void forward_activated(pass const& p, C theta, C x, P y, P memory, Activation f) noexcept {
    constexpr std::size_t n = detail::channels<X>;
    std::size_t const places = p.rows * (X::size / n);
    if (!by_running(p, places))
      kernel::channel_moments(places, n, x, memory, P(memory + n), P(memory + 2 * n));
    else
      for (std::size_t c = 0; c < 3 * n; ++c) write(memory, c, c < 2 * n ? p.statistics[c] : 0.0F);
    kernel::channel_normalize(places, n, norm_of<P, n>(theta, C(memory), f), x, y);
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
    using T = simd::scalar_of<P>;
    constexpr std::size_t n = detail::channels<X>;
    std::size_t const places = p.rows * (X::size / n);
    auto const norm = norm_of<P, n>(a.theta, a.memory, f);
    C const dy = a.dy;
    bool const frozen = by_running(p, places);
    P const sums = a.gradient ? a.gradient : a.scratch;  // of gain, then of bias
    if (a.gradient || !frozen)
      kernel::channel_gradient(places, n, norm, a.x, dy, sums, P(sums + n));
    if (a.dx && frozen) {
      kernel::channel_backward(places, n, norm, a.x, dy, C{}, C{}, a.dx);
    } else if (a.dx) {
      P const tilt = a.scratch, shift = a.scratch + n;
      if (a.gradient) kernel::copy(2 * n, C(sums), tilt);
      kernel::group_slopes(places, n, n, a.theta, shift, tilt);
      kernel::channel_backward(places, n, norm, a.x, dy, C(shift), C(tilt), a.dx);
    }
    return a.gradient ? detail::bound<2 * n>(a.gradient) : T(0);
  }

  /// Running mean and variance after a forward pass on the mini-batch's own; null: only looks.
  /// Where the pass brings a `join`, that of these and of the places before.
  /// @return whether the mini-batch's are finite; of one number a channel there are none
  template <class X, class T>
  static bool observe(pass const& p, T const* memory, float* running) noexcept {
    constexpr std::size_t n = detail::channels<X>;
    std::size_t const places = p.rows * (X::size / n);
    if (places < 2) return true;
    if (p.join != nullptr) {  // of moments that are not finite comes what is not
      for (std::size_t c = 0; c < n; ++c)
        p.join(p.share, places, static_cast<float>(memory[c]), static_cast<float>(memory[n + c]),
               running[c], running[n + c]);
      return true;
    }
    auto const share = static_cast<float>(p.share > 0 ? p.share : detail::value_of<Share>);
    double const unbias = static_cast<double>(places) / static_cast<double>(places - 1);
    bool finite = true;
    for (std::size_t c = 0; c < 2 * n; ++c) {
      auto const batch = static_cast<float>(static_cast<double>(memory[c]) * (c < n ? 1 : unbias));
      finite = finite && std::isfinite(batch);
      if (running != nullptr) running[c] = std::lerp(running[c], batch, share);
    }
    return finite;
  }

  template <class X, class T>
  static void keep_rows(std::size_t, std::uint32_t const*, std::size_t, T*) noexcept {
    static_assert(detail::never<X>,
                  "halo: batch_norm: its statistics are those of the whole mini-batch, so backward "
                  "cannot run on some of the examples; use a policy that keeps them all, such as "
                  "optim::selection, or group_norm");
  }

 private:
  static bool by_running(pass const& p, std::size_t places) noexcept {
    return p.by_running() || (places < 2 && p.statistics != nullptr);
  }
  template <class P, std::size_t N, class C, class F>
  static kernel::channel_norm<P, F> norm_of(C theta, C moments, F f) noexcept {
    return {theta, theta + N,      moments, moments + N, static_cast<simd::scalar_of<P>>(epsilon),
            f,     moments + 2 * N};
  }
  template <class P>
  static void write(P at, std::size_t i, float value) noexcept {
    using simd::write_element;
    write_element(at, i, simd::element_of<P>(static_cast<simd::scalar_of<P>>(value)));
  }
};

using batch_norm = basic_batch_norm<>;
static_assert(layer<batch_norm, shape<4>> && layer<batch_norm, shape<2, 3, 4>>);

}  // namespace halo::nn

#include <halo/macros_back.hpp>
