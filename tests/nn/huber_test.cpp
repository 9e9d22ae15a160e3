// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/huber.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace nn_huber_test {

using halo::nn::huber;

TEST_CASE("huber: a square near the target, a line far from it, no jump between") {
  float const y[] = {1.5F, 1, 4, -3}, t[] = {1, 0, 0, 0};
  float dy[4];
  CHECK(huber<>::value_and_gradient(4, 1, y, t, dy) == (0.125F + 0.5F + 3.5F + 2.5F) / 4);
  float const expected[] = {0.125F, 0.25F, 0.25F, -0.25F};
  for (int i = 0; i < 4; ++i) CHECK(dy[i] == expected[i]);
  CHECK(huber<std::ratio<1, 2>>::value_and_gradient(1, 1, y + 2, t + 2, dy) == 0.5F * 3.75F);
  CHECK(dy[0] == 0.5F);
}

TEST_CASE("huber: the line does not overflow where only the square would") {
  float const y[] = {3e38F, 1e30F}, t[] = {0, -1e30F};
  float dy[2];
  CHECK(huber<>::value_and_gradient(1, 1, y, t, dy) == 3e38F);
  CHECK(huber<>::value_and_gradient(2, 1, y, t, dy) == doctest::Approx(1.5e38));
  float const far[] = {-3e38F};
  CHECK(std::isinf(huber<>::value_and_gradient(1, 1, y, far, dy)));  // 6e38 is no float
}

TEST_CASE("huber: the baseline is the loss of the targets' mean") {
  float const column[] = {0, 1, 5};
  CHECK(huber<>::baseline(3, 1, column) == doctest::Approx((1.5 + 0.5 + 2.5) / 3));
}

}  // namespace nn_huber_test
