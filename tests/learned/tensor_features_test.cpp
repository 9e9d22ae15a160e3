// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/tensor_features.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

namespace learned_tensor_features_test {

using namespace halo;
using learned::loss_trend;
using learned::tensor_statistics;

namespace {

learned::facts<double> some_facts() {
  learned::facts<double> f;
  f.elements = 400;
  f.step = 60;
  f.own_step = 15;
  f.rows = 20000;
  f.bias = true;
  return f;
}

}  // namespace

TEST_CASE("means of the log-loss start at the first loss and follow slowly") {
  loss_trend t;
  t.add(2.5, true);
  for (double const mean : t.mean) CHECK(mean == doctest::Approx(std::log(2.5 + 1e-4)));
  double plain[] = {t.now, t.now, t.now};
  for (int k = 1; k < 6; ++k) {
    t.add(1.0 / k, false);
    double const l = std::log(1.0 / k + 1e-4);
    plain[0] = 0.9 * plain[0] + 0.1 * l;
    plain[1] = 0.99 * plain[1] + 0.01 * l;
    plain[2] = 0.999 * plain[2] + 0.001 * l;
  }
  for (std::size_t k = 0; k < 3; ++k) CHECK(t.mean[k] == doctest::Approx(plain[k]).epsilon(1e-14));
}

TEST_CASE("means of the log-loss stay finite for losses that have no logarithm") {
  for (double const loss : {0.0, -3.0, 1e300, std::numeric_limits<double>::infinity()}) {
    CAPTURE(loss);
    loss_trend t;
    t.add(loss, true);
    CHECK(std::isfinite(t.now));
  }
}

TEST_CASE("features are the numbers they are said to be") {
  //                       g²   m10² m100² v100 v1000 θ²   m10·g g·u   u²    m100·u
  tensor_statistics const s{4.0, 1.0, 0.25, 3.0, 5.0, 0.09, 0.5, -0.02, 1e-4, 0.001};
  loss_trend loss;
  loss.now = 0.5;
  loss.mean = {0.25, -0.125, -1.0};
  std::array<double, 21> x;
  learned::tensor_features<21>(s, some_facts(), loss, x.data());
  std::array<double, 21> const expected{
      std::log(4.0 / 5 + 1e-6) / 4 + 0.5,
      std::log(1.0 / 5 + 1e-6) / 4 + 0.5,
      std::log(0.25 / 5 + 1e-6) / 4 + 0.5,
      0.5 / std::sqrt(4.0),
      -0.02 / std::sqrt(4e-4),
      0.001 / std::sqrt(0.25e-4),
      0.3 * std::log(3.0 / 5),
      0.1 * std::log(0.09 + 1e-8),
      std::log(400.0) / 4 - 1,
      1.0,
      std::log(60.0) / 4 - 1,
      std::exp(-2.0),
      std::exp(-0.2),
      0.075,
      0.375,
      0.075,
      std::log(4.0) / 4,
      std::log(0.25),
      std::exp(-0.02),
      0.875,
      0.1 * std::log(1e-4 / (0.09 + 1e-8)),
  };
  for (std::size_t k = 0; k < 21; ++k) {
    CAPTURE(k);
    CHECK(x[k] == doctest::Approx(expected[k]).epsilon(1e-12));
  }
  std::array<double, 16> fewer;
  learned::tensor_features<16>(s, some_facts(), loss, fewer.data());
  for (std::size_t k = 0; k < 16; ++k) CHECK(fewer[k] == x[k]);
}

TEST_CASE("ratios of gradients do not depend on their scale") {
  auto const features_at = [](double scale) {
    double const q = scale * scale;
    tensor_statistics const s{4.0 * q, 1.0 * q, 0.25 * q,      3.0 * q, 5.0 * q,
                              0.09,    0.5 * q, -0.02 * scale, 1e-4,    0.001 * scale};
    std::array<double, 21> x;
    learned::tensor_features<21>(s, some_facts(), {}, x.data());
    return x;
  };
  auto const one = features_at(1);
  for (double const scale : {1e-4, 1e6}) {
    auto const other = features_at(scale);
    for (std::size_t k = 0; k < 21; ++k) {
      CAPTURE(k);
      CHECK(other[k] == doctest::Approx(one[k]).epsilon(1e-9));
    }
  }
}

TEST_CASE("features are finite where statistics vanish or overflow") {
  double const infinity = std::numeric_limits<double>::infinity();
  double const nan = std::numeric_limits<double>::quiet_NaN();
  tensor_statistics const cases[] = {
      {},
      {1e240, 1e240, 1e240, 1e240, 1e240, infinity, 1e240, infinity, infinity, nan},
      {1e240, 1e240, 1e240, 0, 0, 0, 1e240, nan, 0, infinity},
  };
  for (auto const& s : cases) {
    std::array<double, 21> x;
    learned::tensor_features<21>(s, some_facts(), {}, x.data());
    for (std::size_t k = 0; k < 21; ++k) {
      CAPTURE(k);
      CHECK(std::abs(x[k]) < 100.0);
    }
  }
}

}  // namespace learned_tensor_features_test
