// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <limits>

#include <halo/kernel/bias.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn {

/// A fully connected layer, [rows, In] → [rows, Out].
///
/// y = x·W + b with W of shape [In, Out], as in the equations of the papers (PyTorch stores [Out,
/// In]).
template <std::size_t In, std::size_t Out>
struct linear {
  static_assert(In > 0 && Out > 0, "halo: linear: at least one input and one output");
  static constexpr char const* kind = "linear";
  using input = shape<In>;
  template <class X>
  static constexpr bool accepts = std::same_as<X, shape<In>>;
  template <class X>
  using output = shape<Out>;
  template <class X>
  static constexpr std::array<tensor_spec, 2> tensors{
      tensor_spec{"weight", {In, Out, 0, 0}, 2, parameter_role::weight},
      tensor_spec{"bias", {Out, 0, 0, 0}, 1, parameter_role::bias}};
  template <class X>
  static constexpr std::size_t memory = 0;
  template <class X>
  static constexpr std::size_t room =
      std::max({kernel::gemm_room<float>(Out, In, false), kernel::gemm_room<float>(In, Out, true),
                In >= 48 ? kernel::gemm_room_least<float> : std::size_t{0}});
  template <class X>
  static constexpr std::size_t operations = In * Out;
  template <class X>
  static constexpr layer_product product{.in = In, .out = Out, .times = 1};
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = true;
  static constexpr bool needs_output = false;

  static constexpr void describe(auto&& f) { f.constant("inputs", In); }

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P) noexcept {
    using kernel::gemm;
    gemm(p.rows, Out, In, kernel::operand<C>{x, In}, kernel::operand<C>{theta, Out}, y, Out,
         kernel::start::bias, theta + In * Out, kernel::no_activation{}, p.room);
  }

  /// forward, then y ← f(y), while y is still in the nearest cache.
  template <class X, class C, class P, class Activation>
  static void forward_activated(pass const& p, C theta, C x, P y, Activation f) noexcept {
    using kernel::gemm;
    gemm(p.rows, Out, In, kernel::operand<C>{x, In}, kernel::operand<C>{theta, Out}, y, Out,
         kernel::start::bias, theta + In * Out, f, p.room);
  }

  /// dW = xᵀ·dy, db = Σ dy, dx = dy·Wᵀ. Returns a bound on |dW| and |db|.
  template <class X, class P>
  static simd::scalar_of<P> backward(pass const& p, backward_arguments<P> const& a) noexcept {
    using kernel::column_sum;
    using kernel::gemm;
    using C = simd::const_of<P>;
    C const dy = a.dy;
    if (a.gradient) {
      gemm(In, Out, p.rows, kernel::operand<C>{a.x, In, true}, kernel::operand<C>{dy, Out},
           a.gradient, Out, kernel::start::zero, C{}, kernel::no_activation{}, p.room);
      column_sum(p.rows, Out, dy, a.gradient + In * Out);
    }
    if (a.dx) {
      gemm(p.rows, In, Out, kernel::operand<C>{dy, Out}, kernel::operand<C>{a.theta, Out, true},
           a.dx, In, kernel::start::zero, C{}, kernel::no_activation{}, p.room);
    }
    return a.gradient ? bound(p.rows, a.x, dy, C(a.gradient)) : simd::scalar_of<P>(0);
  }

 private:
  /// From the smaller of what made the gradient and the gradient itself.
  template <class T>
  static T bound(std::size_t rows, T const* x, T const* dy, T const* gradient) noexcept {
    if (rows * (In + Out) >= In * Out) return kernel::magnitude(In * Out + Out, gradient);
    T const most = std::max(kernel::magnitude(rows * In, x), T(1));
    return static_cast<T>(rows) * most * kernel::magnitude(rows * Out, dy);
  }
  template <class C>
  static simd::scalar_of<C> bound(std::size_t, C, C, C) noexcept {
    return std::numeric_limits<simd::scalar_of<C>>::infinity();  // planes: nobody asks
  }
};
static_assert(layer<linear<3, 2>, shape<3>>);

}  // namespace halo::nn
