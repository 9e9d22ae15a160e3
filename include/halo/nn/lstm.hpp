// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <halo/kernel/lstm.hpp>
#include <halo/nn/bound.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/recurrent.hpp>

namespace halo::nn {

/// A long short-term memory [Hochreiter & Schmidhuber 1997; Gers et al. 2000], [T, C] → [Units],
/// its state behind the last step, or with states::all → [T, Units]; from a state of zeros.
///
/// [i|f|g|o] = x_t·W + h_{t-1}·U + b,  c_t = σ(f)∘c_{t-1} + σ(i)∘tanh g,  h_t = σ(o)∘tanh c_t
///
/// with W of shape [C, 4 Units], U [Units, 4 Units]: PyTorch's gates in PyTorch's order (which has
/// the transposes, and two biases where their sum is all that counts; TensorFlow adds 1 to the
/// forget gate). In float σ and tanh are those of simd/fast.hpp, within 1e-6. With Truncation a
/// gradient goes back so many steps at most: sequences are cut into pieces of that length, counted
/// from the end, and of the last state's steps no others are kept.
///
///     sequential<shape<128, 9>, lstm<64>, linear<64, 6>>
template <std::size_t Units, states States = states::last, std::size_t Truncation = 0>
struct lstm : detail::recurrent<Units, States, Truncation> {
  using base = detail::recurrent<Units, States, Truncation>;
  static constexpr char const* kind = "lstm";
  template <class X>
  static constexpr kernel::recurrent_geometry geometry = base::template geometry<X>;
  template <class X>
  static constexpr std::array<tensor_spec, 3> tensors{
      tensor_spec{"weight", {X::extents[1], 4 * Units, 0, 0}, 2, parameter_role::weight},
      tensor_spec{"recurrent", {Units, 4 * Units, 0, 0}, 2, parameter_role::weight},
      tensor_spec{"bias", {4 * Units, 0, 0, 0}, 1, parameter_role::bias}};
  template <class X>
  static constexpr std::size_t memory = kernel::lstm_memory::size(geometry<X>);
  template <class X>
  static constexpr std::size_t scratch = kernel::lstm_scratch(geometry<X>);
  template <class X>
  static constexpr std::size_t room = kernel::lstm_room<float>(geometry<X>);
  template <class X>
  static constexpr std::size_t operations = X::extents[0] * (X::extents[1] + Units) * 4 * Units;
  template <class X>
  static constexpr layer_product product{
      .in = X::extents[1] + Units, .out = 4 * Units, .times = X::extents[0]};
  template <class X>
  static constexpr pass_costs costs = detail::recurrent_costs(
      geometry<X>, {.gates = 4,
                    .parameters = (X::extents[1] + Units + 1) * 4 * Units,
                    .memory = memory<X>,
                    .read_back = geometry<X>.kept() * 5 * Units + Units,
                    .read_weights = geometry<X>.kept() * (X::extents[1] + Units),
                    .squashed = 5,
                    .squashed_back = 1,
                    .always_through = true});

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P memory) noexcept {
    kernel::lstm_forward<simd::default_arch, P>(p.rows, geometry<X>, x, theta, y, memory, p.room);
  }

  /// Returns a bound on the gradient.
  template <class X, class P>
  static simd::scalar_of<P> backward(pass const& p, backward_arguments<P> const& a) noexcept {
    if (!a.gradient && !a.dx) return simd::scalar_of<P>(0);
    kernel::lstm_backward<simd::default_arch, P>(p.rows, geometry<X>, a.theta, a.memory,
                                                 simd::const_of<P>(a.dy), a.dx, a.gradient,
                                                 a.scratch, p.room);
    constexpr std::size_t size = (X::extents[1] + Units + 1) * 4 * Units;
    return a.gradient ? detail::bound<size>(a.gradient) : simd::scalar_of<P>(0);
  }

  /// What was kept of some rows only.
  template <class X, class T>
  static void keep_rows(std::size_t rows, std::uint32_t const* kept, std::size_t count,
                        T* memory) noexcept {
    constexpr auto g = geometry<X>;
    kernel::lstm_memory const from{g, rows}, to{g, count};
    T const* const source = memory;
    kernel::keep_steps(g.kept(), rows, kept, count, from.joint(), source, memory);
    kernel::keep_steps(g.kept(), rows, kept, count, 4 * Units, from.gates(source, 0),
                       to.gates(memory, 0));
    kernel::keep_steps(g.kept() + 1, rows, kept, count, Units, from.state(source, 0),
                       to.state(memory, 0));
  }
};

}  // namespace halo::nn
