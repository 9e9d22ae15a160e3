// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/evaluate.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include <halo/adapt/page_hinkley.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/data.hpp"
#include "../support/network.hpp"

namespace adapt_evaluate_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<3, 2>>;

/// y of one example, as the formula says it.
std::vector<float> line(std::vector<float> const& theta, float const* x) {
  std::vector<float> y{theta[6], theta[7]};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 2; ++j) y[j] += x[i] * theta[2 * i + j];
  }
  return y;
}

}  // namespace

TEST_CASE("evaluate: every example once, in parts no larger than the workspace") {
  nn::workspace<network, float, 4> work;
  std::vector<float> const theta = support::draw<float>(network::parameters, 1);
  for (std::size_t rows = 0; rows < 14; ++rows) {
    CAPTURE(rows);
    std::vector<float> const x = support::draw<float>(rows * 3, 2);
    std::size_t next = 0;
    adapt::for_each_part<network>(rows, {theta}, x.data(), work,
                                  [&](std::size_t first, std::size_t n, float const* y) {
                                    CHECK(first == next);
                                    CHECK(n <= 4);
                                    for (std::size_t i = 0; i < n; ++i) {
                                      auto const expected = line(theta, x.data() + 3 * (first + i));
                                      CHECK(std::abs(y[2 * i] - expected[0]) < 1e-5F);
                                      CHECK(std::abs(y[2 * i + 1] - expected[1]) < 1e-5F);
                                    }
                                    next += n;
                                  });
    CHECK(next == rows);
  }
}

TEST_CASE("evaluate: mean square over parts of unequal size, where no answer is right or wrong") {
  nn::workspace<network, float, 4> work;
  std::vector<float> const theta = support::draw<float>(network::parameters, 1);
  std::vector<float> const x = support::draw<float>(9 * 3, 2);
  std::vector<float> t(18);
  double loss = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    auto const y = line(theta, x.data() + 3 * i);
    for (std::size_t j = 0; j < 2; ++j) {
      t[2 * i + j] = std::round(y[j]);
      loss += std::pow(static_cast<double>(y[j] - t[2 * i + j]), 2.0) / 18;
    }
  }
  auto const e = adapt::evaluate<network, nn::mean_square>({theta}, x, t, work);
  CHECK(e.loss == doctest::Approx(loss).epsilon(1e-5));
  CHECK(std::isnan(e.accuracy));
}

TEST_CASE("evaluate: any memory to run forward in gives the same answers") {
  std::vector<float> const theta = support::draw<float>(network::parameters, 1);
  std::vector<float> const x = support::draw<float>(9 * 3, 2);
  std::vector<std::int32_t> const t = support::draw_labels(9, 2, 3);
  adapt::network_view const view{theta};
  nn::workspace<network, float, 4> large;
  adapt::inference_workspace<network, 1> small;
  CHECK(sizeof(small) < sizeof(large));
  std::vector<float> a(18), b(18);
  CHECK_FALSE(adapt::try_predict<network>(view, x, a, large));
  CHECK_FALSE(adapt::try_predict<network>(view, x, b, small));
  for (std::size_t i = 0; i < 18; ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-6));
  auto const e = adapt::evaluate<network, nn::cross_entropy>(view, x, t, large);
  auto const f = adapt::try_evaluate<network, nn::cross_entropy>(view, x, t, small);
  CHECK(e.loss == doctest::Approx(f.loss).epsilon(1e-6));
  CHECK(e.accuracy == f.accuracy);
  CHECK_FALSE(f.refused);
}

TEST_CASE("evaluate: what does not fit is refused") {
  nn::workspace<network, float, 4> work;
  std::vector<float> const theta(network::parameters);
  std::vector<float> out(4);
  CHECK(support::message_of<error>([&] {
          adapt::predict<network>({theta}, std::vector<float>(7), out, work);
        }) == "adapter: x: expected examples of 3 numbers, found 7 numbers");
  CHECK(support::message_of<error>([&] {
          std::vector<std::int32_t> const t{2};
          static_cast<void>(
              adapt::evaluate<network, nn::cross_entropy>({theta}, std::vector<float>(3), t, work));
        }) == "adapter: label of example 0: expected 0 to 1, found 2");
  std::vector<std::int32_t> const none{-1};
  adapt::evaluation const e =
      adapt::try_evaluate<network, nn::cross_entropy>({theta}, std::vector<float>(3), none, work);
  CHECK(e.refused);
  CHECK((std::isnan(e.loss) && std::isnan(e.accuracy)));  // not as good as can be
  adapt::page_hinkley drift;
  static_cast<void>(drift.add(e.loss));
  CHECK(drift.count() == 0);
}

}  // namespace adapt_evaluate_test
