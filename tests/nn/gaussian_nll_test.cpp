// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/gaussian_nll.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace nn_gaussian_nll_test {

using loss = halo::nn::gaussian_nll;

TEST_CASE("gaussian nll: the logarithm of the density, but for a constant") {
  double const y[] = {1, -2, 0.5, -1}, deviation[] = {std::exp(0.25), std::exp(-0.5)};
  float const t[] = {0.5F, -1};
  double dy[4], expected = 0;
  for (int i = 0; i < 2; ++i) {
    double const z = (y[i] - static_cast<double>(t[i])) / deviation[i];
    expected += std::log(deviation[i]) + z * z / 2;
  }
  CHECK(loss::value_and_gradient(1, 4, y, t, dy) == doctest::Approx(expected / 2));
  CHECK(loss::targets(4) == 2);
  CHECK(loss::takes_outputs(4));
  CHECK(!loss::takes_outputs(3));
  CHECK(!loss::takes_outputs(0));
}

TEST_CASE("gaussian nll: no slope where mean and variance are those of the targets") {
  double const log_variance = std::log(2.0 / 3);
  double const y[] = {3, log_variance, 3, log_variance, 3, log_variance};
  float const t[] = {2, 3, 4};
  double dy[6], by_mean = 0, by_variance = 0;
  loss::value_and_gradient(3, 2, y, t, dy);
  for (int i = 0; i < 3; ++i) by_mean += dy[2 * i], by_variance += dy[2 * i + 1];
  CHECK(std::abs(by_mean) < 1e-15);
  CHECK(std::abs(by_variance) < 1e-15);
}

TEST_CASE("gaussian nll: a variance far below what a float holds is not cut off") {
  float const y[] = {1e-20F, -100}, t = 0;  // z = 1e-20 · e^50 = 51.8
  float dy[2];
  CHECK(loss::value_and_gradient(1, 2, y, &t, dy) ==
        doctest::Approx(0.5 * (-100 + std::pow(1e-20 * std::exp(50.0), 2))).epsilon(1e-5));
  float const certain[] = {1, -300};  // e^300 is no float
  CHECK(!std::isfinite(loss::value_and_gradient(1, 2, certain, &t, dy)));
}

}  // namespace nn_gaussian_nll_test
