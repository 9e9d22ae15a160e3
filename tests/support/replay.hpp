// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/core/parameter_table.hpp>
#include <halo/core/random.hpp>

namespace support {

/// Runs an optimizer in double beside its equation as a plain loop, and in float beside that.
///
/// reference(x, g, a, b, t) changes one parameter x and its two memories a and b in step t = 1, 2,
/// ...
template <class Optimizer, class Reference>
void replay(Optimizer const& rule, Reference&& reference) {
  using layout = halo::flat_layout<37>;
  constexpr std::size_t n = layout::size;
  auto state = rule.template init<layout, double>();
  auto state_float = rule.template init<layout, float>();
  halo::generator g(halo::seed{3});
  std::vector<double> x(n), expected(n), a(n), b(n), gradient(n);
  std::vector<float> x_float(n), gradient_float(n);
  for (std::size_t i = 0; i < n; ++i) {
    x_float[i] = g.normal();
    x[i] = expected[i] = static_cast<double>(x_float[i]);
  }
  for (int t = 1; t <= 25; ++t) {
    for (std::size_t i = 0; i < n; ++i) {
      gradient_float[i] = 0.5F * g.normal() + x_float[i];
      gradient[i] = static_cast<double>(gradient_float[i]);
      reference(expected[i], gradient[i], a[i], b[i], t);
    }
    (void)rule.step(x.data(), gradient.data(), state);
    (void)rule.step(x_float.data(), gradient_float.data(), state_float);
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(x[i] == doctest::Approx(expected[i]).epsilon(1e-12));
      CHECK(static_cast<double>(x_float[i]) == doctest::Approx(expected[i]).epsilon(2e-5));
    }
  }
}

}  // namespace support
