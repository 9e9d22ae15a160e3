// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/mean_absolute.hpp>

#include <doctest/doctest.h>

namespace nn_mean_absolute_test {

using halo::nn::mean_absolute;

TEST_CASE("mean absolute: two rows by hand; no slope where the answer is right") {
  float const y[] = {1, 2, 3, 4}, t[] = {0, 2, 5, 4.5F};
  float dy[4];
  CHECK(mean_absolute::value_and_gradient(2, 2, y, t, dy) == 3.5F / 4);
  float const expected[] = {0.25F, 0, -0.25F, -0.25F};
  for (int i = 0; i < 4; ++i) CHECK(dy[i] == expected[i]);
  float const column[] = {1, 2, 6};
  CHECK(mean_absolute::baseline(3, 1, column) == doctest::Approx(2));
  CHECK(mean_absolute::baseline(1, 1, column) == 0);
}

}  // namespace nn_mean_absolute_test
