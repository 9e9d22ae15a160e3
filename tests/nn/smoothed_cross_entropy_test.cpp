// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/smoothed_cross_entropy.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "../support/network.hpp"

namespace nn_smoothed_cross_entropy_test {

using namespace halo;

TEST_CASE("smoothed cross entropy: the mean over labels, each with its share") {
  std::vector<double> const y = support::draw(12, 1, 3);
  std::int32_t const t[] = {2, 0, 3};
  double expected = 0;
  std::vector<double> gradient(12), dy(12), of_label(12);
  for (std::int32_t k = 0; k < 4; ++k) {
    for (std::size_t i = 0; i < 3; ++i) {
      double const share = 0.25 / 4 + (k == t[i] ? 0.75 : 0.0);
      expected +=
          share / 3 *
          nn::cross_entropy::value_and_gradient(1, 4, y.data() + 4 * i, &k, of_label.data());
      for (std::size_t j = 0; j < 4; ++j) gradient[4 * i + j] += share / 3 * of_label[j];
    }
  }
  using loss = nn::smoothed_cross_entropy<std::ratio<1, 4>>;
  CHECK(loss::value_and_gradient(3, 4, y.data(), t, dy.data()) == doctest::Approx(expected));
  for (std::size_t i = 0; i < 12; ++i) CHECK(dy[i] == doctest::Approx(gradient[i]));
}

TEST_CASE("smoothed cross entropy: no share is cross entropy") {
  std::vector<float> const y = support::draw<float>(12, 1, 3);
  std::int32_t const t[] = {2, 0, 3};
  std::vector<float> plain(12), smoothed(12);
  CHECK(nn::smoothed_cross_entropy<std::ratio<0>>::value_and_gradient(3, 4, y.data(), t,
                                                                      smoothed.data()) ==
        nn::cross_entropy::value_and_gradient(3, 4, y.data(), t, plain.data()));
  CHECK(smoothed == plain);
}

}  // namespace nn_smoothed_cross_entropy_test
