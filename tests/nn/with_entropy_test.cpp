// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/with_entropy.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include <halo/nn/loss.hpp>
#include <halo/nn/weighted.hpp>

#include "../support/network.hpp"

namespace nn_with_entropy_test {

using namespace halo;

namespace {

double entropy(double const* y, std::size_t n) {
  double sum = 0, h = 0;
  for (std::size_t j = 0; j < n; ++j) sum += std::exp(y[j]);
  for (std::size_t j = 0; j < n; ++j) h -= std::exp(y[j]) / sum * std::log(std::exp(y[j]) / sum);
  return h;
}

struct by_label {
  static constexpr char const* name = "by label";
  static float weight(std::int32_t label) noexcept { return label == 2 ? 9 : 0; }
};

}  // namespace

TEST_CASE("with_entropy: rows with a label have theirs, others the entropy of the answer") {
  std::vector<double> const y = support::draw(20, 1, 2);
  std::array<std::int32_t, 5> const t{2, -1, 0, -1, -1};
  std::array<double, 5> losses{};
  nn::with_entropy<nn::cross_entropy, std::ratio<1>>::value_and_losses(5, 4, y.data(), t.data(),
                                                                       losses.data());
  for (std::size_t i = 0; i < 5; ++i) {
    double label = 0;
    if (t[i] >= 0) nn::cross_entropy::value_and_losses(1, 4, &y[4 * i], &t[i], &label);
    CHECK(losses[i] == doctest::Approx(t[i] >= 0 ? label : entropy(&y[4 * i], 4)));
  }
}

TEST_CASE("with_entropy: rows with a label count for what the inner loss counts them for") {
  using loss = nn::with_entropy<nn::weighted<nn::cross_entropy, by_label>, std::ratio<1>>;
  std::vector<double> const y = support::draw(12, 1, 2);
  std::array<std::int32_t, 3> const t{2, -1, 0};  // which count for 9, 1 and 0
  std::array<double, 12> dy{}, alone{};
  std::array<double, 3> losses{};
  double const of_2 = nn::cross_entropy::value_and_gradient(1, 4, y.data(), t.data(), alone.data());
  CHECK(loss::value_and_gradient(3, 4, y.data(), t.data(), dy.data()) ==
        doctest::Approx((9 * of_2 + entropy(&y[4], 4)) / 10));
  for (std::size_t j = 0; j < 4; ++j) {
    CHECK(dy[j] == doctest::Approx(0.9 * alone[j]));
    CHECK(dy[8 + j] == 0);
  }
  loss::value_and_losses(3, 4, y.data(), t.data(), losses.data());
  CHECK(losses[0] == doctest::Approx(9 * of_2));
  CHECK(losses[1] == doctest::Approx(entropy(&y[4], 4)));
  CHECK(losses[2] == 0);
  CHECK(nn::weight_of<loss>(3, 4, t.data()) == 10);
  CHECK(loss::value_and_gradient(1, 4, y.data(), &t[2], dy.data()) == 0);
}

TEST_CASE("with_entropy: unsure rows are left alone, all too sure ones are finite") {
  std::array<double, 6> const y{0, 0.1, 0, 3, 0, 0};
  std::array<std::int32_t, 2> const t{-1, -1};
  std::array<double, 6> dy{};
  double const h = entropy(&y[3], 3);
  CHECK(h < 0.4 * std::log(3));
  CHECK(nn::with_entropy<>::value_and_gradient(2, 3, y.data(), t.data(), dy.data()) ==
        doctest::Approx(h / 2));
  CHECK((dy[0] == 0 && dy[1] == 0 && dy[2] == 0));
  CHECK(dy[3] < 0);  // the largest logit grows
  std::array<float, 3> const sure{500, -500, 0};
  std::array<float, 3> slope{7, 7, 7};
  CHECK(nn::with_entropy<>::value_and_gradient(1, 3, sure.data(), t.data(), slope.data()) == 0);
  for (float const g : slope) CHECK(g == 0);
}

}  // namespace nn_with_entropy_test
