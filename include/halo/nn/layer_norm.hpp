// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/kernel/normalize.hpp>
#include <halo/nn/bound.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn {

namespace detail {

/// One tensor over a whole example of shape X.
template <static_shape X>
[[nodiscard]] consteval tensor_spec example_tensor(char const* name, parameter_role role) {
  tensor_spec spec{name, {}, X::rank, role};
  for (std::size_t i = 0; i < X::rank; ++i) spec.extents[i] = X::extents[i];
  return spec;
}

template <std::size_t Size>
[[nodiscard]] consteval bool deviates() {
  static_assert(Size > 1,
                "halo: layer_norm: one number has no deviation: the output would be the bias, "
                "whatever comes in");
  return Size > 1;
}

}  // namespace detail

/// Layer normalisation [Ba et al. 2016], any shape → the same shape: each example is brought to
/// mean 0 and variance 1 over all its elements, then scaled and shifted element by element.
///
/// y = gain · (x - mean) / √(variance + 1e-5) + bias, as PyTorch's LayerNorm over all axes but the
/// first. Beside its input, mean and inverse deviation are kept for backward: two numbers an
/// example.
///
///     sequential<linear<64, 64>, layer_norm, relu, linear<64, 6>>
struct layer_norm {
  static constexpr double epsilon = 1e-5;  ///< inside the root
  static constexpr char const* kind = "layer norm";
  template <class X>
  static constexpr bool accepts = [] {
    if constexpr (X::size > 0 && X::rank <= parameter_info::max_rank)
      return detail::deviates<X::size>();
    return false;
  }();
  template <class X>
  using output = X;
  template <class X>
  static constexpr std::array<tensor_spec, 2> tensors{
      detail::example_tensor<X>("gain", parameter_role::gain),
      detail::example_tensor<X>("bias", parameter_role::bias)};
  template <class X>
  static constexpr std::size_t memory = 2;
  template <class X>
  static constexpr std::size_t operations = 4 * X::size;  // mean, variance, z, y
  template <class X>
  static constexpr pass_costs costs{
      .forward = {{4 * X::size, 2, X::size, X::size + 2}, {0, 0, 2 * X::size, 0}},
      .back = {{0, 0, 2 * X::size + 2, 0}, {}},
      .to_data = {{4 * X::size, 0, 0, X::size}, {0, 0, X::size, 0}},
      .to_weights = {{4 * X::size, 0, 0, 0}, {0, 0, 0, 2 * X::size}}};
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = true;
  static constexpr bool needs_output = false;

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P memory) noexcept {
    using T = simd::scalar_of<P>;
    kernel::normalize_forward(p.rows, X::size, x, theta, C(theta + X::size),
                              static_cast<T>(epsilon), y, memory, P(memory + p.rows));
  }

  /// Returns a bound on the gradient of gain and bias.
  template <class X, class P>
  static simd::scalar_of<P> backward(pass const& p, backward_arguments<P> const& a) noexcept {
    using C = simd::const_of<P>;
    C const scale = a.memory + p.rows;
    C const dy = a.dy;
    if (a.gradient) {
      kernel::normalize_gradient(p.rows, X::size, a.x, a.memory, scale, dy, a.gradient,
                                 P(a.gradient + X::size));
    }
    if (a.dx) kernel::normalize_backward(p.rows, X::size, a.x, a.theta, a.memory, scale, dy, a.dx);
    return a.gradient ? detail::bound<2 * X::size>(a.gradient) : simd::scalar_of<P>(0);
  }

  /// Mean and inverse deviation of some rows only.
  template <class X, class T>
  static void keep_rows(std::size_t rows, std::uint32_t const* kept, std::size_t count,
                        T* memory) noexcept {
    for (std::size_t i = 0; i < count; ++i) memory[i] = memory[kept[i]];
    for (std::size_t i = 0; i < count; ++i) memory[count + i] = memory[rows + kept[i]];
  }
};
static_assert(layer<layer_norm, shape<4>> && layer<layer_norm, shape<2, 3>>);

}  // namespace halo::nn
