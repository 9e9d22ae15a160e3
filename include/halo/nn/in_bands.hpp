// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>

#include <halo/kernel/activation.hpp>
#include <halo/kernel/bias.hpp>
#include <halo/kernel/conv2d_backward_data.hpp>
#include <halo/kernel/conv2d_backward_weights.hpp>
#include <halo/kernel/conv2d_forward.hpp>
#include <halo/kernel/sum.hpp>
#include <halo/nn/bound.hpp>
#include <halo/nn/carried_sum.hpp>
#include <halo/nn/composite.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/conv2d_band.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn {

/// Two convolutions and the activation between them, whose output never is whole: forward makes as
/// many rows of it as `Rows` rows of the second one's output see, backward makes them again.
///
/// Keeps nothing but its input, as checkpointed does, and has a fraction of its scratch, whatever
/// the mini-batch. For images on a device with little memory.
///
///     sequential<shape<28, 28, 1>, in_bands<4, conv2d<8, 3>, relu, conv2d<8, 5>>, relu, ...>
template <std::size_t Rows, class First, class Between, class Second>
struct in_bands
    : detail::composite_of<in_bands<Rows, First, Between, Second>, First, Between, Second> {
  static_assert(Rows > 0, "halo: in_bands: at least one row at a time");
  static_assert(
      Between::elementwise && requires { typename Between::function; },
      "halo: in_bands: an activation whose slope follows from its output, such as relu, "
      "stands between the convolutions");
  static_assert(First::kernel.height * First::stride.height > 0 &&
                    (Second::kernel.height - 1) * Second::dilation.height + 1 >=
                        Second::stride.height &&
                    (First::kernel.height - 1) * First::dilation.height + 1 >= First::stride.height,
                "halo: in_bands: convolutions that leave out no row");
  static constexpr char const* kind = "in bands";
  template <class X>
  static constexpr void describe_layers(auto&& f) {
    f.constant("rows", Rows);  // decides the order of sums
    in_bands::composite_of::template describe_layers<X>(f);
  }

 private:
  template <class X>
  static constexpr kernel::conv2d_geometry first = First::template geometry<X>;
  template <class X>
  using between = typename First::template output<X>;
  template <class X>
  static constexpr kernel::conv2d_geometry second = Second::template geometry<between<X>>;
  template <class X>
  static constexpr std::size_t row = first<X>.x.out * first<X>.out;  // elements of one in between
  /// Rows in between that Rows of the output see.
  template <class X>
  static constexpr std::size_t most =
      std::min(first<X>.y.out, (Rows - 1) * second<X>.y.stride + second<X>.y.reach());
  template <class X>
  static constexpr std::size_t first_size = parameter_count<First, X>();
  template <class X>
  static constexpr std::size_t second_size = parameter_count<Second, between<X>>();
  using function = typename Between::function;

 public:
  template <class X>
  static constexpr std::size_t memory = 0;
  template <class X>
  static constexpr std::size_t scratch = 0;
  /// Rows in between, and of their gradient.
  template <class X>
  static constexpr std::size_t fixed_scratch = (most<X> + std::min(Rows, first<X>.y.out)) * row<X>;

  /// Tells f of each layer; backward runs the first two forward again, twice.
  template <class X, class F>
  static constexpr void each_cost(layer_mask mask, bool below, F&& f) {
    f(layer_cost{.kind = kind});
    std::size_t i = 0;
    in_bands::template inner<X>::each_cost(mask, below, [&](layer_cost l) {
      if (i++ < 2) l.passes.back += l.passes.forward, l.passes.back += l.passes.forward;
      f(l);
    });
  }

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P, P band = {}) noexcept {
    for (std::size_t n = 0; n < p.rows; ++n) {
      each_band(second<X>.y.out, [&](kernel::window_range rows) {
        auto const b = detail::conv2d_band::of_outputs(second<X>, rows);
        make<X>(p, theta, x + n * X::size, b.inputs, band);
        convolve<Second, between<X>>(p, b.g, theta + first_size<X>, C(band),
                                     y + n * second<X>.output_size() + b.output(),
                                     kernel::no_activation{});
      });
    }
  }

  template <class X, class P>
  static simd::scalar_of<P> backward(pass const& p, backward_arguments<P> const& a) noexcept {
    using T = simd::scalar_of<P>;
    bool const one = a.gradient && p.layers[0], two = a.gradient && p.layers[1];
    P const second_gradient = a.gradient ? a.gradient + first_size<X> : P{};
    if (p.rows == 0 && one) kernel::clear(first_size<X>, a.gradient);
    if (p.rows == 0 && two) kernel::clear(second_size<X>, second_gradient);
    if (p.rows > many) {
      if (two) learn_second_carried<X>(p, a, second_gradient);
      if (one || a.dx) go_down_carried<X>(p, a, one);
    } else {
      detail::plain_sum weights, bias;
      if (two) learn_second<X>(p, a, second_gradient, weights, bias);
      if (one || a.dx) go_down<X>(p, a, one, weights, bias);
    }
    T most_of_all(0);
    auto const look = [&](T bound) {
      if (bound > most_of_all || bound != bound) most_of_all = bound;  // NaN wins and stays
    };
    if (one) look(detail::bound<first_size<X>>(a.gradient));
    if (two) look(detail::bound<second_size<X>>(second_gradient));
    return most_of_all;
  }
  /// Rows that run again need nothing that was kept.
  template <class X, class T>
  static void keep_rows(pass const&, std::uint32_t const*, std::size_t, T*) noexcept {}

 private:
  /// Calls body with Rows of n rows at a time.
  template <class Body>
  static void each_band(std::size_t n, Body&& body) noexcept {
    for (std::size_t at = 0; at < n; at += Rows)
      body(kernel::window_range{at, std::min(at + Rows, n)});
  }
  template <class L, class X>
  static constexpr bool has_bias = L::template tensors<X>.size() == 2;

  /// Some rows of what is in between.
  template <class X, class C, class P>
  static void make(pass const& p, C theta, C x, kernel::window_range rows, P band) noexcept {
    auto const b = detail::conv2d_band::of_outputs(first<X>, rows);
    convolve<First, X>(p, b.g, theta, x + b.input(), band, function{});
  }
  template <class L, class X, class C, class P, class Activation>
  static void convolve(pass const& p, kernel::conv2d_geometry const& g, C theta, C x, P y,
                       Activation act) noexcept {
    using kernel::conv2d_forward;
    constexpr bool bias = has_bias<L, X>;
    conv2d_forward(1, g, x, theta, y, bias ? kernel::start::bias : kernel::start::zero,
                   bias ? theta + g.weights() : C{}, act, p.room);
  }
  /// Of more examples gradients are carried sums, as conv2d_backward_weights has parts.
  static constexpr std::size_t many = 256;
  template <class L, class X, class P>
  using weight_sum = detail::carried_sum<L::template geometry<X>.weights(), P>;
  template <class L, class X, class P>
  using bias_sum = detail::carried_sum<has_bias<L, X> ? L::template geometry<X>.out : 0, P>;
  template <class X, class P>
  [[gnu::noinline]] static void learn_second_carried(pass const& p, backward_arguments<P> const& a,
                                                     P gradient) noexcept {
    weight_sum<Second, between<X>, P> weights;
    bias_sum<Second, between<X>, P> bias;
    learn_second<X>(p, a, gradient, weights, bias);
  }
  template <class X, class P>
  [[gnu::noinline]] static void go_down_carried(pass const& p, backward_arguments<P> const& a,
                                                bool one) noexcept {
    weight_sum<First, X, P> weights;
    bias_sum<First, X, P> bias;
    go_down<X>(p, a, one, weights, bias);
  }

  /// The gradient of the second convolution.
  template <class X, class P>
  static void learn_second(pass const& p, backward_arguments<P> const& a, P gradient, auto& weights,
                           auto& bias) noexcept {
    using C = simd::const_of<P>;
    P const band = a.scratch;
    for (std::size_t n = 0; n < p.rows; ++n) {
      C const x = a.x + n * X::size, dy = a.dy + n * second<X>.output_size();
      each_band(second<X>.y.out, [&](kernel::window_range rows) {
        auto const b = detail::conv2d_band::of_outputs(second<X>, rows);
        make<X>(p, a.theta, x, b.inputs, band);
        learn<Second, between<X>>(p, b.g, C(band), dy + b.output(), gradient,
                                  n > 0 || rows.begin > 0, weights, bias);
      });
    }
  }
  /// The gradient of the first convolution, where `one` says so, and dx.
  template <class X, class P>
  static void go_down(pass const& p, backward_arguments<P> const& a, bool one, auto& weights,
                      auto& bias) noexcept {
    using kernel::activation_backward;
    using kernel::conv2d_backward_data;
    using C = simd::const_of<P>;
    P const band = a.scratch, dband = a.scratch + most<X> * row<X>;
    for (std::size_t n = 0; n < p.rows; ++n) {
      C const x = a.x + n * X::size, dy = a.dy + n * second<X>.output_size();
      each_band(first<X>.y.out, [&](kernel::window_range rows) {
        auto const above = detail::conv2d_band::of_inputs(second<X>, rows);
        conv2d_backward_data(1, above.g, dy + above.output(), a.theta + first_size<X>, dband,
                             kernel::start::zero, p.room);
        make<X>(p, a.theta, x, rows, band);
        activation_backward(function{}, rows.size() * row<X>, C(band), C(dband), dband);
        auto const b = detail::conv2d_band::of_outputs(first<X>, rows);
        if (one)
          learn<First, X>(p, b.g, x + b.input(), C(dband), a.gradient, n > 0 || rows.begin > 0,
                          weights, bias);
        if (!a.dx) return;  // else rows that the band before saw, too, are added to
        P const dx = a.dx + n * X::size;
        if (rows.begin == 0) kernel::clear(X::size, dx);
        conv2d_backward_data(1, b.g, C(dband), a.theta, dx + b.input(), kernel::start::target,
                             p.room);
      });
    }
  }
  /// What some rows add to the gradient of a convolution.
  template <class L, class X, class C, class P>
  static void learn(pass const& p, kernel::conv2d_geometry const& g, C x, C dy, P gradient,
                    bool begun, auto& weights, auto& bias) noexcept {
    using kernel::column_sum;
    using kernel::conv2d_backward_weights;
    weights(gradient, begun, [&](P to, bool adds) {
      conv2d_backward_weights(1, g, x, dy, to, adds ? kernel::start::target : kernel::start::zero,
                              p.room);
    });
    if constexpr (has_bias<L, X>)
      bias(gradient + g.weights(), begun,
           [&](P to, bool adds) { column_sum(g.y.out * g.x.out, g.out, dy, to, adds); });
  }
};

}  // namespace halo::nn

#include <halo/macros_back.hpp>
