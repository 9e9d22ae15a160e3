// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/binary_cross_entropy.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace nn_binary_cross_entropy_test {

using loss = halo::nn::binary_cross_entropy;

TEST_CASE("binary cross entropy: every output is a question of its own") {
  double const y[] = {0, 2, -1, 0.5},
               p[] = {0.5, 1 / (1 + std::exp(-2)), 1 / (1 + std::exp(1)), 1 / (1 + std::exp(-0.5))};
  float const t[] = {1, 0, 1, 0.25F};
  double dy[4], sum = 0;
  double const value = loss::value_and_gradient(2, 2, y, t, dy);
  for (int i = 0; i < 4; ++i) {
    auto const q = static_cast<double>(t[i]);
    sum -= q * std::log(p[i]) + (1 - q) * std::log(1 - p[i]);
    CHECK(dy[i] == doctest::Approx((p[i] - q) / 4));
  }
  CHECK(value == doctest::Approx(sum / 4));
  CHECK(loss::targets(7) == 7);
  CHECK(loss::baseline(2, 2, t) == doctest::Approx(std::log(2.0)));
}

TEST_CASE("binary cross entropy: large logits keep their digits") {
  float dy;
  float const yes = 1, no = 0, high = 50, low = -50, huge = 3e38F;
  float const tail = static_cast<float>(std::exp(-50.0));
  CHECK(loss::value_and_gradient(1, 1, &high, &yes, &dy) == doctest::Approx(tail).epsilon(1e-6));
  CHECK(dy == doctest::Approx(-tail).epsilon(1e-6));
  CHECK(loss::value_and_gradient(1, 1, &low, &no, &dy) == doctest::Approx(tail).epsilon(1e-6));
  CHECK(dy == doctest::Approx(tail).epsilon(1e-6));
  CHECK(loss::value_and_gradient(1, 1, &high, &no, &dy) == 50);
  CHECK(dy == 1);
  CHECK(loss::value_and_gradient(1, 1, &huge, &no, &dy) == huge);
  CHECK(loss::value_and_gradient(1, 1, &huge, &yes, &dy) == 0);
}

TEST_CASE("binary cross entropy: targets are shares") {
  CHECK(loss::target_range(3).contains(0));
  CHECK(loss::target_range(3).contains(1));
  CHECK(!loss::target_range(3).contains(-1));
  CHECK(!loss::target_range(3).contains(std::nan("")));
}

}  // namespace nn_binary_cross_entropy_test
