// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/loss_part.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

namespace nn_loss_part_test {

using namespace halo;
using part = nn::detail::loss_part<nn::cross_entropy>;

TEST_CASE("loss part: its share of the mean, and of the gradient") {
  float const y[] = {9, 9, 1, 0, 0, 2};
  std::int32_t const t[] = {0, 0, 1};
  float dy[] = {7, 7, 7, 7, 7, 7}, alone[4];
  float const mean = nn::cross_entropy::value_and_gradient(2, 2, y + 2, t + 1, alone);
  CHECK(part{1, 2, 2}.value_and_gradient<float*>(8, 2, y, t, dy) == mean / 4);
  CHECK(dy[0] == 7);
  for (int i = 0; i < 4; ++i) CHECK(dy[2 + i] == alone[i] / 4);
  CHECK(part{1, 2, 2}.value_and_gradient<float*>(8, 2, y, t, nullptr) == mean / 4);
}

TEST_CASE("loss part: what counts for nothing is not even looked at") {
  float const y[] = {9, std::nanf(""), 1, 0};
  std::int32_t const t[] = {-5, 0};
  float dy[] = {7, 7, 7, 7};
  CHECK(part{0, 1, 0}.value_and_gradient<float*>(0, 2, y, t, dy) == 0);
  CHECK(dy[0] == 0);
  CHECK(dy[1] == 0);
  CHECK(dy[2] == 7);
}

}  // namespace nn_loss_part_test
