// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The least that can be trained: one rate, on one parabola.

#include <cstddef>
#include <cstdint>

#include <halo/core/parameter_table.hpp>
#include <halo/core/random.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/weight_table.hpp>
#include <halo/task/task.hpp>

namespace support {

/// θ ← θ - w g, w the weight of that number; a program adds the table of its weights.
template <std::size_t Weight>
struct rate_program : halo::learned::coordinate_program {
  static constexpr std::size_t state = 0, carry = 0;
  static constexpr char const* name = "rate";
  static constexpr std::size_t operations_per_parameter = 1;
  template <class R, class V>
  static void observe(R const&, V const&, V const&, V*, V*, V*) {}
  template <class R, class V>
  static V apply(R const& r, V const& g, V const& theta, V*, V const*) {
    return theta - r.weight(Weight) * g;
  }
  template <class R, class Z>
  static void initial(R const&, auto const&, Z*, Z*, Z*) {}
};

/// L = θ²/2 from θ = 1, whose accuracy is 1 - θ²: after t steps of rate w its error is (1 - w)^2t,
/// its loss half of that.
struct bowl {
  using layout = halo::flat_layout<1>;
  using scalar = double;
  void start(halo::seed, double* theta) const { theta[0] = 1; }
  double value_and_gradient(halo::task::part, std::uint64_t, double const* theta, double* g) const {
    if (g != nullptr) g[0] = theta[0];
    return theta[0] * theta[0] / 2;
  }
  void hessian_vector_product(std::uint64_t, double const*, double const* v, double* p) const {
    p[0] = v[0];
  }
  [[nodiscard]] std::size_t rows() const { return 1; }
  [[nodiscard]] double accuracy(double const* theta) const { return 1 - theta[0] * theta[0]; }
};

}  // namespace support
