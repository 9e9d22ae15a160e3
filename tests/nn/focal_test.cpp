// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/focal.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "../support/network.hpp"

namespace nn_focal_test {

using namespace halo;

TEST_CASE("focal: the row's cross entropy times the square of what it lacks to certainty") {
  std::vector<double> const y = support::draw(12, 1, 3);
  std::int32_t const t[] = {2, 0, 3};
  std::vector<double> losses(3), of_rows(3);
  nn::focal<>::value_and_losses(3, 4, y.data(), t, losses.data());
  nn::cross_entropy::value_and_losses(3, 4, y.data(), t, of_rows.data());
  for (std::size_t i = 0; i < 3; ++i) {
    double const wrong = 1 - std::exp(-of_rows[i]);
    CHECK(losses[i] == doctest::Approx(wrong * wrong * of_rows[i]));
  }
}

TEST_CASE("focal: with 0 it is cross entropy") {
  std::vector<double> const y = support::draw(12, 1, 3);
  std::int32_t const t[] = {2, 0, 3};
  std::vector<double> dy(12), plain(12);
  CHECK(nn::focal<0>::value_and_gradient(3, 4, y.data(), t, dy.data()) ==
        doctest::Approx(nn::cross_entropy::value_and_gradient(3, 4, y.data(), t, plain.data())));
  for (std::size_t i = 0; i < 12; ++i) CHECK(dy[i] == doctest::Approx(plain[i]));
}

TEST_CASE("focal: a row that is all right is quiet, one that is all wrong has cross entropy") {
  float const y[] = {200, 0}, dull[] = {20, 0};
  std::int32_t const right = 0, wrong = 1;
  float dy[2];
  CHECK(nn::focal<1>::value_and_gradient(1, 2, y, &right, dy) == 0);
  CHECK(dy[0] == 0);
  CHECK(nn::focal<>::value_and_gradient(1, 2, y, &wrong, dy) == 200);
  CHECK(dy[0] == 1);
  CHECK(dy[1] == -1);
  CHECK(nn::focal<>::value_and_gradient(1, 2, dull, &right, dy) < 1e-20F);
  CHECK(nn::focal<>::baseline(4, 2, nullptr) == doctest::Approx(std::log(2.0) / 4));
}

}  // namespace nn_focal_test
