// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <halo/kernel/gru.hpp>
#include <halo/nn/bound.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/recurrent.hpp>

namespace halo::nn {

/// Gated recurrent units [Cho et al. 2014], [T, C] → [Units], their state behind the last step, or
/// with states::all → [T, Units]; from a state of zeros.
///
/// r = σ(x_t·W_r + h·U_r + b_r),  z likewise,  n = tanh(x_t·W_n + b_n + r∘(h·U_n + c)),
/// h_t = (1 - z)∘n + z∘h  with h = h_{t-1},
///
/// W of shape [C, 3 Units], U [Units, 3 Units], r z n: PyTorch's gates in PyTorch's order (which
/// has the transposes, and for r and z two biases where their sum is all that counts); the paper
/// and learned::gru reset before the product. Precision and Truncation as in lstm.
///
///     sequential<shape<128, 9>, gru<64>, linear<64, 6>>
template <std::size_t Units, states States = states::last, std::size_t Truncation = 0>
struct gru : detail::recurrent<Units, States, Truncation> {
  using base = detail::recurrent<Units, States, Truncation>;
  static constexpr char const* kind = "gru";
  template <class X>
  static constexpr kernel::recurrent_geometry geometry = base::template geometry<X>;
  template <class X>
  static constexpr std::array<tensor_spec, 4> tensors{
      tensor_spec{"weight", {X::extents[1], 3 * Units, 0, 0}, 2, parameter_role::weight},
      tensor_spec{"recurrent", {Units, 3 * Units, 0, 0}, 2, parameter_role::weight},
      tensor_spec{"bias", {3 * Units, 0, 0, 0}, 1, parameter_role::bias},
      tensor_spec{"inner_bias", {Units, 0, 0, 0}, 1, parameter_role::bias}};
  template <class X>
  static constexpr std::size_t memory = kernel::gru_memory::size(geometry<X>);
  template <class X>
  static constexpr std::size_t scratch = kernel::gru_scratch(geometry<X>);
  template <class X>
  static constexpr std::size_t room = kernel::gru_room<float>(geometry<X>);
  template <class X>
  static constexpr std::size_t operations = X::extents[0] * (X::extents[1] + Units) * 3 * Units;
  template <class X>
  static constexpr layer_product product{
      .in = X::extents[1] + Units, .out = 3 * Units, .times = X::extents[0]};
  template <class X>
  static constexpr pass_costs costs =
      detail::recurrent_costs(geometry<X>, {.gates = 3,
                                            .parameters = ((X::extents[1] + Units) * 3 + 4) * Units,
                                            .memory = memory<X>,
                                            .read_back = geometry<X>.kept() * 5 * Units,
                                            .read_weights = geometry<X>.kept() * X::extents[1],
                                            .squashed = 3,
                                            .squashed_back = 0,
                                            .always_through = false});

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P memory) noexcept {
    kernel::gru_forward<simd::default_arch, P>(p.rows, geometry<X>, x, theta, y, memory, p.room);
  }

  /// Returns a bound on the gradient.
  template <class X, class P>
  static simd::scalar_of<P> backward(pass const& p, backward_arguments<P> const& a) noexcept {
    if (!a.gradient && !a.dx) return simd::scalar_of<P>(0);
    kernel::gru_backward<simd::default_arch, P>(p.rows, geometry<X>, a.theta, a.memory,
                                                simd::const_of<P>(a.dy), a.dx, a.gradient,
                                                a.scratch, p.room);
    constexpr std::size_t size = (X::extents[1] + Units + 1) * 3 * Units + Units;
    return a.gradient ? detail::bound<size>(a.gradient) : simd::scalar_of<P>(0);
  }

  /// What was kept of some rows only.
  template <class X, class T>
  static void keep_rows(std::size_t rows, std::uint32_t const* kept, std::size_t count,
                        T* memory) noexcept {
    constexpr auto g = geometry<X>;
    kernel::gru_memory const from{g, rows}, to{g, count};
    T const* const source = memory;
    kernel::keep_steps(g.kept(), rows, kept, count, g.inputs, source, memory);
    kernel::keep_steps(g.kept() + 1, rows, kept, count, Units, from.state(source, 0),
                       to.state(memory, 0));
    kernel::keep_steps(g.kept(), rows, kept, count, 4 * Units, from.gates(source, 0),
                       to.gates(memory, 0));
  }
};

}  // namespace halo::nn
