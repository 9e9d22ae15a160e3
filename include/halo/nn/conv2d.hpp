// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/kernel/bias.hpp>
#include <halo/kernel/conv2d_backward_data.hpp>
#include <halo/kernel/conv2d_backward_weights.hpp>
#include <halo/kernel/conv2d_forward.hpp>
#include <halo/kernel/conv2d_room.hpp>
#include <halo/nn/bound.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/describe.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/window.hpp>

namespace halo::nn {

namespace detail {

/// What conv2d and conv1d share: L::geometry<X> says what is convolved, L::weight<X> how it is
/// told.
template <class L, std::size_t Out, std::size_t Groups, bool Bias>
struct convolution {
  static_assert(Out > 0, "halo: conv: at least one output channel");
  static_assert(Groups > 0 && Out % Groups == 0,
                "halo: conv: the number of groups divides the number of output channels");

  template <class X>
  static constexpr std::array<tensor_spec, Bias ? 2 : 1> tensors = [] {
    std::array<tensor_spec, Bias ? 2 : 1> specs{};
    specs[0] = L::template weight<X>;
    if constexpr (Bias) specs[1] = {"bias", {Out, 0, 0, 0}, 1, parameter_role::bias};
    return specs;
  }();
  template <class X>
  static constexpr std::size_t memory = 0;
  template <class X>
  static constexpr std::size_t room = kernel::conv2d_room<float>(L::template geometry<X>);
  template <class X>
  static constexpr std::size_t operations = L::template geometry<X>.operations();
  template <class X>
  static constexpr pass_costs costs =
      costs_by_size<L, X>(L::template geometry<X>.y.seen() * L::template geometry<X>.x.seen() *
                          L::template geometry<X>.in);
  template <class X>
  static constexpr layer_product product = [] {
    constexpr auto g = L::template geometry<X>;
    return layer_product{.height = g.y.out,
                         .width = g.x.out,
                         .input_height = g.y.in,
                         .input_width = g.x.in,
                         .kernel_y = g.y.kernel,
                         .kernel_x = g.x.kernel,
                         .stride_y = g.y.stride,
                         .stride_x = g.x.stride,
                         .in = g.group_in(),
                         .out = g.group_out(),
                         .times = Groups};
  }();
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = true;
  static constexpr bool needs_output = false;
  static constexpr bool dx_on_x = true;  ///< backward is through with x when it writes dx

  static constexpr void describe(auto&& f) {
    detail::describe_window("kernel", L::kernel, f);
    detail::describe_window("stride", L::stride, f);
    detail::describe_window("dilation", L::dilation, f);
    f.constant("padding", L::pad);
    f.constant("groups", Groups);
    f.constant("bias", Bias);
  }

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P) noexcept {
    using kernel::conv2d_forward;
    constexpr auto g = L::template geometry<X>;
    conv2d_forward(p.rows, g, x, theta, y, from, bias_of<X>(theta), kernel::no_activation{},
                   p.room);
  }

  /// forward, then y ← f(y), while y is still in the nearest cache.
  template <class X, class C, class P, class Activation>
  static void forward_activated(pass const& p, C theta, C x, P y, Activation f) noexcept {
    using kernel::conv2d_forward;
    constexpr auto g = L::template geometry<X>;
    conv2d_forward(p.rows, g, x, theta, y, from, bias_of<X>(theta), f, p.room);
  }

  /// Returns a bound on the gradient of weights and bias.
  template <class X, class P>
  static simd::scalar_of<P> backward(pass const& p, backward_arguments<P> const& a) noexcept {
    using kernel::column_sum;
    using kernel::conv2d_backward_data;
    using kernel::conv2d_backward_weights;
    using C = simd::const_of<P>;
    constexpr auto g = L::template geometry<X>;
    C const dy = a.dy;
    if (a.gradient) {
      conv2d_backward_weights(p.rows, g, a.x, dy, a.gradient, kernel::start::zero, p.room);
      if constexpr (Bias) column_sum(p.rows * g.y.out * g.x.out, Out, dy, a.gradient + g.weights());
    }
    if (a.dx) conv2d_backward_data(p.rows, g, dy, a.theta, a.dx, kernel::start::zero, p.room);
    return a.gradient ? detail::bound<g.weights() + (Bias ? Out : 0)>(a.gradient)
                      : simd::scalar_of<P>(0);
  }

 private:
  static constexpr kernel::start from = Bias ? kernel::start::bias : kernel::start::zero;

  template <class X, class C>
  static C bias_of(C theta) noexcept {
    return Bias ? theta + L::template geometry<X>.weights() : C{};
  }
};

template <std::size_t Channels, std::size_t Groups, bool Fits>
[[nodiscard]] consteval bool convolves() {
  static_assert(Channels % Groups == 0,
                "halo: conv: the number of groups divides the number of input channels");
  static_assert(Fits, "halo: conv: the kernel is larger than its padded input");
  return Fits;
}

}  // namespace detail

/// A convolution, [H, W, C] → [H', W', Out], channels last: conv2d<16, 3> has 16 outputs and a
/// kernel of 3 by 3, conv2d<16, window{1, 3}, 2, padding::valid> goes on by 2.
///
/// y[o, q, j] = b[j] + Σ_{k, l, i} x[o·s + k·d - low, q·s + l·d - low, i] · w[k, l, i, j]
///
/// with w of shape [kernel height, kernel width, C / Groups, Out] as in TensorFlow (PyTorch has Out
/// first). H' = ⌈H / s⌉ with padding::same, else the number of places where the kernel fits. Each
/// of the Groups parts of the outputs sees its part of the inputs alone; Groups = C is depthwise.
template <std::size_t Out, window Kernel, window Stride = 1, padding Padding = padding::same,
          std::size_t Groups = 1, window Dilation = 1, bool Bias = true>
struct conv2d : detail::convolution<conv2d<Out, Kernel, Stride, Padding, Groups, Dilation, Bias>,
                                    Out, Groups, Bias> {
  static_assert(Kernel.size() * Stride.size() * Dilation.size() > 0,
                "halo: conv: kernel, stride and dilation are at least 1");
  static constexpr char const* kind = "conv2d";
  static constexpr window kernel = Kernel, stride = Stride, dilation = Dilation;  ///< of both axes
  static constexpr padding pad = Padding;  ///< how many outputs there are
  template <class X>
  static constexpr kernel::conv2d_geometry geometry{
      detail::axis_of(X::extents[0], Kernel.height, Stride.height, Padding, Dilation.height),
      detail::axis_of(X::extents[1], Kernel.width, Stride.width, Padding, Dilation.width),
      X::extents[2], Out, Groups};
  template <class X>
  static constexpr bool accepts = [] {
    if constexpr (X::rank == 3 && X::size > 0)
      return detail::convolves<X::extents[2], Groups, (geometry<X>.output_size() > 0)>();
    return false;
  }();
  template <class X>
  using output = shape<geometry<X>.y.out, geometry<X>.x.out, Out>;
  /// Of the kernels: [height, width, in / groups, out].
  template <class X>
  static constexpr tensor_spec weight{"weight",
                                      {Kernel.height, Kernel.width, X::extents[2] / Groups, Out},
                                      4,
                                      parameter_role::weight};
};
static_assert(layer<conv2d<4, 3>, shape<5, 5, 1>>);

/// A convolution along one axis, [L, C] → [L', Out]: weights of shape [Kernel, C / Groups, Out].
template <std::size_t Out, std::size_t Kernel, std::size_t Stride = 1,
          padding Padding = padding::same, std::size_t Groups = 1, std::size_t Dilation = 1,
          bool Bias = true>
struct conv1d : detail::convolution<conv1d<Out, Kernel, Stride, Padding, Groups, Dilation, Bias>,
                                    Out, Groups, Bias> {
  static_assert(Kernel * Stride * Dilation > 0,
                "halo: conv: kernel, stride and dilation are at least 1");
  static constexpr char const* kind = "conv1d";
  static constexpr window kernel{1, Kernel};      ///< of both axes, the first 1 long
  static constexpr window stride{1, Stride};      ///< of both axes
  static constexpr window dilation{1, Dilation};  ///< of both axes
  static constexpr padding pad = Padding;         ///< how many outputs there are
  template <class X>
  static constexpr kernel::conv2d_geometry geometry{
      kernel::window_axis{}, detail::axis_of(X::extents[0], Kernel, Stride, Padding, Dilation),
      X::extents[1], Out, Groups};
  template <class X>
  static constexpr bool accepts = [] {
    if constexpr (X::rank == 2 && X::size > 0)
      return detail::convolves<X::extents[1], Groups, (geometry<X>.output_size() > 0)>();
    return false;
  }();
  template <class X>
  using output = shape<geometry<X>.x.out, Out>;
  /// Of the kernels: [height, width, in / groups, out].
  template <class X>
  static constexpr tensor_spec weight{
      "weight", {Kernel, X::extents[1] / Groups, Out, 0}, 3, parameter_role::weight};
};
static_assert(layer<conv1d<4, 3>, shape<5, 2>>);

}  // namespace halo::nn
