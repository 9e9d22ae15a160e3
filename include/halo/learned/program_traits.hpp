// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/record.hpp>
#include <halo/learned/facts.hpp>
#include <halo/learned/reader.hpp>

namespace halo::learned {

/// What a program has beside what every program has, and what it then is: the one place that looks
/// for optional members (program.hpp lists them).
template <class P>
struct program_traits {
  /// Decisions wait for conclude(): the program has settle().
  static constexpr bool settles =
      requires(plain_reader<float, float> const& r, facts<float> const& f, float const* in,
               float* out) { P::settle(r, f, in, in, out); };
  /// Nothing flows back through observe() and its sums in meta-training.
  static constexpr bool observes_constants = [] {
    if constexpr (requires { P::observes_constants; }) return P::observes_constants;
    return false;
  }();
  /// Gradients are taken at a point ahead of the parameters; P::at_true is then the number of a
  /// coordinate that, added to this point, gives them.
  static constexpr bool attends = [] {
    if constexpr (requires { P::attends; }) return P::attends;
    return false;
  }();
  /// Only observe() looks at the gradient, apply() does not.
  static constexpr bool gradient_once = [] {
    if constexpr (requires { P::gradient_once; }) return P::gradient_once;
    return false;
  }();
  /// Of operations_per_parameter those that are roots, quotients, exponentials and the like.
  static constexpr std::size_t functions_per_parameter = [] {
    if constexpr (requires { P::functions_per_parameter; }) return P::functions_per_parameter;
    return std::size_t{0};
  }();
  /// Multiply-adds of a step for each selected tensor, and for the problem.
  static constexpr std::size_t operations_per_tensor = [] {
    if constexpr (requires { P::operations_per_tensor; }) return P::operations_per_tensor;
    return std::size_t{0};
  }();
  static constexpr std::size_t operations_per_step = [] {
    if constexpr (requires { P::operations_per_step; }) return P::operations_per_step;
    return std::size_t{0};
  }();

  /// What a file may say of number k of a coordinate.
  [[nodiscard]] static constexpr allowed range_of(std::size_t k) {
    if constexpr (requires { P::range_of(k); }) return P::range_of(k);
    return allowed::finite();
  }

  /// The program in constants: name, options, sizes.
  static constexpr void describe(auto&& f) {
    f.constant("name", P::name);
    if constexpr (requires { P::options; }) f.part("options", P::options);
    f.constant("state", P::state);
    f.constant("tensor_state", P::tensor_state);
    f.constant("global_state", P::global_state);
    f.constant("context", P::context);
    f.constant("decision", P::decision);
    f.constant("number_of_weights", P::table.size);
  }
};

}  // namespace halo::learned
