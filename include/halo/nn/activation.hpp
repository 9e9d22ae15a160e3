// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>

#include <halo/kernel/activation.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn {

/// An elementwise function as a layer, any shape → the same shape; F is one of kernel's functors.
///
/// Where F's slope follows from its output (relu, tanh, ...) the layer lies on top of the one
/// before and costs no memory.
template <class F>
struct activation : stateless_layer {
  using function = F;  ///< what it does to each number
  static constexpr char const* kind = F::name;
  template <class X>
  static constexpr bool accepts = true;
  template <class X>
  using output = X;
  static constexpr bool elementwise = F::from_output;
  static constexpr bool needs_input = !F::from_output;
  static constexpr bool needs_output = F::from_output;

  static constexpr void describe(auto&& f) {
    f.constant("function", F::name);
    if constexpr (requires { F::below; } && !std::same_as<F, kernel::leaky_relu>)
      f.constant("slope", F::below);
  }

  template <class X, class C, class P>
  static void forward(pass const& p, C, C x, P y, P) noexcept {
    kernel::activation_forward(F{}, p.rows * X::size, x, y);
  }
  template <class X, class P>
  static void backward(pass const& p, backward_arguments<P> const& a) noexcept {
    if (!a.dx) return;
    kernel::activation_backward(F{}, p.rows * X::size, F::from_output ? a.y : a.x,
                                simd::const_of<P>(a.dy), a.dx);
  }
};

using relu = activation<kernel::relu>;
using leaky_relu = activation<kernel::leaky_relu>;
/// Another slope for x < 0: basic_leaky_relu<std::ratio<1, 5>>.
template <class Slope>
using basic_leaky_relu = activation<kernel::basic_leaky_relu<Slope>>;
using tanh = activation<kernel::tanh>;
using sigmoid = activation<kernel::sigmoid>;
using elu = activation<kernel::elu>;
using softplus = activation<kernel::softplus>;
using gelu = activation<kernel::gelu>;
static_assert(layer<relu, shape<4>> && layer<gelu, shape<2, 3>>);

}  // namespace halo::nn
