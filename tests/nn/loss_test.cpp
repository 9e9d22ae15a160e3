// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/loss.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "../support/network.hpp"

namespace nn_loss_test {

using namespace halo;
using namespace std::string_view_literals;

TEST_CASE("loss: cross entropy of two rows, by hand") {
  float const y[] = {1, 2, 3, 0, 0, 0};
  std::int32_t const t[] = {2, 1};
  float dy[6];
  float const loss = nn::cross_entropy::value_and_gradient(2, 3, y, t, dy);
  CHECK(loss == doctest::Approx((0.40760596 + std::log(3.0)) / 2));
  float const expected[] = {0.04501529F, 0.12236424F, -0.16737953F, 1 / 6.0F, -1 / 3.0F, 1 / 6.0F};
  for (int i = 0; i < 6; ++i) CHECK(dy[i] == doctest::Approx(expected[i]));
  CHECK(nn::cross_entropy::targets(3) == 1);
  CHECK(nn::cross_entropy::name == "cross entropy"sv);
}

TEST_CASE_TEMPLATE("loss: mean square of two rows, by hand", T, float, double) {
  using loss = nn::mean_square;
  T const y[] = {1, 2, 3, 4};
  float const t[] = {0, 2, 5, 4};
  T dy[4];
  CHECK(loss::value_and_gradient(2, 2, y, t, dy) == T(1.25));
  T const expected[] = {T(0.5), 0, -1, 0};
  for (int i = 0; i < 4; ++i) CHECK(dy[i] == expected[i]);
  CHECK(loss::targets(2) == 2);
  CHECK(loss::name == "mean square"sv);
}

TEST_CASE("loss: the best answer that looks at no example, where the compiler knows the outputs") {
  std::int32_t const labels[2] = {0, 1};
  float const targets[4] = {1, 2, 5, 4};
  CHECK(nn::baseline_of<nn::cross_entropy, 6>(2, labels) == doctest::Approx(std::log(6.0)));
  CHECK(nn::baseline_of<nn::cross_entropy, 6>(2, labels) ==
        nn::baseline_of<nn::cross_entropy>(2, 6, labels));
  CHECK(nn::baseline_of<nn::mean_square, 2>(2, targets) > 0);
  CHECK(nn::baseline_of<nn::mean_square, 2>(2, targets) ==
        nn::baseline_of<nn::mean_square>(2, 2, targets));
}

TEST_CASE("loss: the loss of every row, whose mean is the loss of all") {
  for (std::size_t outputs : std::array<std::size_t, 3>{2, 7, 40}) {
    CAPTURE(outputs);
    constexpr std::size_t rows = 21;
    std::vector<float> const y = support::draw<float>(rows * outputs, 1, 3);
    std::vector<float> const t = support::draw<float>(rows * outputs, 2);
    std::vector<std::int32_t> const labels = support::draw_labels(rows, outputs, 3);
    std::vector<float> losses(rows), gradient(rows * outputs);
    float const mean =
        nn::cross_entropy::value_and_losses(rows, outputs, y.data(), labels.data(), losses.data());
    CHECK(mean == nn::cross_entropy::value_and_gradient(rows, outputs, y.data(), labels.data(),
                                                        gradient.data()));
    for (std::size_t i = 0; i < rows; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < outputs; ++j) sum += std::exp(y[i * outputs + j]);
      double const l = std::log(sum) - y[i * outputs + static_cast<std::size_t>(labels[i])];
      CHECK(losses[i] == doctest::Approx(l).epsilon(1e-5));
    }
    float const square =
        nn::mean_square::value_and_losses(rows, outputs, y.data(), t.data(), losses.data());
    CHECK(square ==
          nn::mean_square::value_and_gradient(rows, outputs, y.data(), t.data(), gradient.data()));
    for (std::size_t i = 0; i < rows; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < outputs; ++j) {
        double const off = y[i * outputs + j] - t[i * outputs + j];
        sum += off * off / static_cast<double>(outputs);
      }
      CHECK(losses[i] == doctest::Approx(sum).epsilon(1e-5));
    }
  }
}

}  // namespace nn_loss_test
