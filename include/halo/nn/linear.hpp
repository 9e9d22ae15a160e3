// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <limits>

#include <halo/kernel/bias.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn {

namespace detail {

/// On the gradient: of itself, where it is there and soon walked through; else of what made it.
template <bool Bias, class T>
[[nodiscard]] T linear_bound(std::size_t in, std::size_t out, std::size_t rows, T const* x,
                             T const* dy, T const* gradient) noexcept {
  if (gradient != nullptr && rows * (in + out) >= in * out)
    return kernel::magnitude(in * out + (Bias ? out : 0), gradient);
  T const most = std::max(kernel::magnitude(rows * in, x), T(1));
  return static_cast<T>(rows) * most * kernel::magnitude(rows * out, dy);
}
template <bool Bias, class C>
[[nodiscard]] simd::scalar_of<C> linear_bound(std::size_t, std::size_t, std::size_t, C, C,
                                              C) noexcept {
  return std::numeric_limits<simd::scalar_of<C>>::infinity();  // planes: nobody asks
}

/// linear::backward: sizes are arguments, so that it is in a program once for all layers.
template <bool Bias, class P>
simd::scalar_of<P> linear_backward(std::size_t in, std::size_t out, pass const& p,
                                   backward_arguments<P> const& a) noexcept {
  using kernel::column_sum;
  using kernel::gemm;
  using C = simd::const_of<P>;
  C const dy = a.dy;
  if (a.gradient) {
    gemm(in, out, p.rows, kernel::operand<C>{a.x, in, true}, kernel::operand<C>{dy, out},
         a.gradient, out, kernel::start::zero, C{}, kernel::no_activation{}, p.room);
    if constexpr (Bias) column_sum(p.rows, out, dy, a.gradient + in * out);
  }
  if (a.dx) {
    gemm(p.rows, in, out, kernel::operand<C>{dy, out}, kernel::operand<C>{a.theta, out, true}, a.dx,
         in, kernel::start::zero, C{}, kernel::no_activation{}, p.room);
  }
  return a.gradient ? linear_bound<Bias>(in, out, p.rows, a.x, dy, C(a.gradient))
                    : simd::scalar_of<P>(0);
}

/// Part of xᵀ·dy from an element on: what is left of its row, whole rows, what is left of count.
template <class T>
void linear_gradient_part(std::size_t in, std::size_t out, pass const& p,
                          backward_arguments<T*> const& a, std::size_t begin, std::size_t count,
                          T* to) noexcept {
  using operand = kernel::operand<T const*>;
  while (count > 0) {
    std::size_t const i = begin / out, j = begin % out;
    std::size_t const rows = j == 0 ? std::max<std::size_t>(count / out, 1) : 1;
    std::size_t const columns = std::min(out - j, count);
    kernel::gemm(rows, columns, p.rows, operand{a.x + i, in, true}, operand{a.dy + j, out}, to, out,
                 kernel::start::zero, static_cast<T const*>(nullptr), kernel::no_activation{},
                 p.room);
    begin += rows * columns, to += rows * columns, count -= rows * columns;
  }
}

}  // namespace detail

/// A fully connected layer, [rows, In] → [rows, Out].
///
/// y = x·W + b with W of shape [In, Out], as in the equations of the papers (PyTorch stores [Out,
/// In]); linear<In, Out, false> has no b.
template <std::size_t In, std::size_t Out, bool Bias = true>
struct linear {
  static_assert(In > 0 && Out > 0, "halo: linear: at least one input and one output");
  static constexpr char const* kind = "linear";
  using input = shape<In>;
  template <class X>
  static constexpr bool accepts = std::same_as<X, shape<In>>;
  template <class X>
  using output = shape<Out>;
  template <class X>
  static constexpr std::array<tensor_spec, Bias ? 2 : 1> tensors = [] {
    std::array<tensor_spec, Bias ? 2 : 1> specs{
        tensor_spec{"weight", {In, Out, 0, 0}, 2, parameter_role::weight}};
    if constexpr (Bias) specs[1] = {"bias", {Out, 0, 0, 0}, 1, parameter_role::bias};
    return specs;
  }();
  template <class X>
  static constexpr std::size_t memory = 0;
  template <class X>
  static constexpr std::size_t room =
      std::max({kernel::gemm_room<float>(Out, In, false), kernel::gemm_room<float>(In, Out, true),
                In >= 48 ? kernel::gemm_room_least<float> : std::size_t{0}});
  template <class X>
  static constexpr std::size_t room_of_few =  // few rows times a matrix are dot products
      In >= 48 && kernel::detail::worth_a_copy<float>(Out, kernel::few_rows)
          ? kernel::gemm_room_least<float>
          : 0;
  template <class X>
  static constexpr std::size_t operations = In * Out;
  template <class X>
  static constexpr layer_product product{.in = In, .out = Out, .times = 1};
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = true;
  static constexpr bool needs_output = false;
  static constexpr bool dx_on_x = true;  ///< backward is through with x when it writes dx

  static constexpr void describe(auto&& f) {
    f.constant("inputs", In);
    if constexpr (!Bias) f.constant("bias", Bias);
  }

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P) noexcept {
    using kernel::gemm;
    gemm(p.rows, Out, In, kernel::operand<C>{x, In}, kernel::operand<C>{theta, Out}, y, Out, from,
         bias_of(theta), kernel::no_activation{}, p.room);
  }

  /// forward, then y ← f(y), while y is still in the nearest cache.
  template <class X, class C, class P, class Activation>
  static void forward_activated(pass const& p, C theta, C x, P y, Activation f) noexcept {
    using kernel::gemm;
    gemm(p.rows, Out, In, kernel::operand<C>{x, In}, kernel::operand<C>{theta, Out}, y, Out, from,
         bias_of(theta), f, p.room);
  }

  /// dW = xᵀ·dy, db = Σ dy, dx = dy·Wᵀ. Returns a bound on |dW| and |db|.
  template <class X, class P>
  static simd::scalar_of<P> backward(pass const& p, backward_arguments<P> const& a) noexcept {
    return detail::linear_backward<Bias>(In, Out, p, a);
  }

  /// A bound on what backward would write to the gradient (gradient_parts.hpp).
  template <class X, class T>
  static T gradient_bound(pass const& p, backward_arguments<T*> const& a) noexcept {
    return detail::linear_bound<Bias>(In, Out, p.rows, a.x, a.dy, static_cast<T const*>(nullptr));
  }
  /// Elements begin ... begin + count of dW, tensor 0, or of db, tensor 1.
  template <class X, class T>
  static void gradient_part(pass const& p, backward_arguments<T*> const& a, std::size_t tensor,
                            std::size_t begin, std::size_t count, T* to) noexcept {
    if (tensor == 0)
      detail::linear_gradient_part(In, Out, p, a, begin, count, to);
    else
      kernel::column_sum(p.rows, count, a.dy + begin, to, false, Out);
  }

 private:
  static constexpr kernel::start from = Bias ? kernel::start::bias : kernel::start::zero;

  template <class C>
  static C bias_of(C theta) noexcept {
    return Bias ? theta + In * Out : C{};
  }
};
static_assert(layer<linear<3, 2>, shape<3>> && layer<linear<3, 2, false>, shape<3>>);

}  // namespace halo::nn

#include <halo/macros_back.hpp>
