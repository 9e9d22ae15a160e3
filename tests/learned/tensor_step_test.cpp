// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/tensor_step.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include <halo/autodiff/fast.hpp>
#include <halo/autodiff/tape.hpp>
#include <halo/autodiff/variable.hpp>
#include <halo/simd/batch.hpp>

namespace learned_tensor_step_test {

using namespace halo;

TEST_CASE("softened has its span, slope one and a tail with a slope") {
  CHECK(learned::soft_clamp(0.0, 0.7) == 0.0);
  CHECK(learned::soft_clamp(1e9, 0.7) == doctest::Approx(0.7));
  CHECK(learned::soft_clamp(-1e9, 2.0) == doctest::Approx(-2.0));
  autodiff::tape<double> tape;
  for (double const z : {0.0, 0.5, -30.0}) {
    CAPTURE(z);
    tape.clear();
    autodiff::variable<double> const x(tape, z);
    backward(learned::soft_clamp(x, 0.7));
    CHECK(x.adjoint() == doctest::Approx(std::pow(1 + z * z / 0.49, -1.5)).epsilon(1e-12));
  }
}

TEST_CASE("softmax sum to one and follow the logits, however large") {
  auto const y = learned::softmax(std::array<double, 3>{0.3, -1.0, 2.0});
  double const sum = std::exp(0.3) + std::exp(-1.0) + std::exp(2.0);
  CHECK(y[0] == doctest::Approx(std::exp(0.3) / sum));
  CHECK(y[1] == doctest::Approx(std::exp(-1.0) / sum));
  CHECK(y[2] == doctest::Approx(std::exp(2.0) / sum));
  auto const extreme = learned::softmax(std::array<float, 2>{1e30F, -1e30F});
  CHECK(extreme[0] == 1.0F);
  CHECK(extreme[1] == 0.0F);
}

TEST_CASE_TEMPLATE("registers scale by powers as the formula says", T, float, double) {
  using V = simd::batch<T>;
  double const bound = sizeof(T) == 4 ? 3e-6 : 1e-12;
  for (double const d : {0.0, 0.2, 0.5, 0.77, 1.0}) {
    for (double const v1 : {1e-20, 3e-9, 0.5, 40.0, 1e12}) {
      for (double const v2 : {1e-20, 2e-8, 0.5, 7.0, 1e12}) {
        CAPTURE(d);
        CAPTURE(v1);
        CAPTURE(v2);
        T const a = static_cast<T>(v1), b = static_cast<T>(v2), e = static_cast<T>(d);
        double const got =
            static_cast<double>(learned::scaled_by_powers(V(T(-0.3)), V(a), V(b), V(e)).get(0));
        double const expected =
            static_cast<double>(T(-0.3)) *
            std::pow(static_cast<double>(a), -0.5 * static_cast<double>(e)) *
            std::pow(static_cast<double>(b), -0.5 * (1 - static_cast<double>(e)));
        // the power of a number far from one multiplies the rounding of its logarithm
        CHECK(got == doctest::Approx(expected).epsilon(bound));
      }
    }
  }
}

TEST_CASE("a second moment that vanished beside the other leaves a finite number") {
  using V = simd::batch<float>;
  for (float const d : {0.1F, 0.5F, 0.9F}) {
    CAPTURE(d);
    float const y = learned::scaled_by_powers(V(1e-15F), V(1e-20F), V(1e30F), V(d)).get(0);
    CHECK(std::isfinite(y));
    CHECK(y > 0.0F);
  }
}

TEST_CASE("variables know the derivative with respect to the exponent at one half") {
  autodiff::tape<double> tape;
  autodiff::variable<double> const u(tape, 2.0), d(tape, 0.5);
  autodiff::variable<double> const v1(3.0), v2(0.1);
  auto const y = learned::scaled_by_powers(u, v1, v2, d);
  backward(y);
  double const value = 2.0 / std::sqrt(std::sqrt(3.0 * 0.1));
  CHECK(y.value() == doctest::Approx(value).epsilon(1e-13));
  CHECK(u.adjoint() == doctest::Approx(value / 2).epsilon(1e-13));
  CHECK(d.adjoint() == doctest::Approx(-0.5 * std::log(3.0 / 0.1) * value).epsilon(1e-13));
}

}  // namespace learned_tensor_step_test
