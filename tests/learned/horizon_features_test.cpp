// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/horizon_features.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace learned_horizon_features_test {

using namespace halo;
namespace features = learned::detail;

TEST_CASE("horizon_features: time, known and unknown") {
  learned::facts<float> f;
  f.horizon = 200, f.elapsed = 50, f.step = 51;
  auto const known = features::time_of(f);
  CHECK(known.steps == 200);
  CHECK(known.over == 50);
  CHECK(known.left == 0.75);
  CHECK(known.told == 1);
  CHECK(features::log_horizon<double>(known) == doctest::Approx(std::log(200.0 / 30)));
  f.horizon = 0;
  auto const unknown = features::time_of(f);
  CHECK(unknown.told == 0);
  CHECK(unknown.steps == 3 * 51);  // always twice as many to come
  CHECK(unknown.over == 50);
  f.horizon = 40;  // over, so unknown again
  CHECK(features::time_of(f).told == 0);
  f.horizon = std::numeric_limits<float>::max();
  CHECK(features::log_horizon<double>(features::time_of(f)) == doctest::Approx(std::log(1e5 / 30)));
}

TEST_CASE("horizon_features: rows and losses are bounded") {
  learned::facts<float> f;
  f.rows = 0;
  CHECK(features::log_rows<double>(f) == 0.0);  // fifty
  f.rows = 1;
  CHECK(features::log_rows<double>(f) == doctest::Approx(std::log(0.1)));
  f.rows = 1e9F;
  CHECK(features::log_rows<double>(f) == doctest::Approx(std::log(100.0)));
  f.loss = 2, f.baseline = 4, f.step = 1;
  CHECK(features::relative_loss(f) == 0.5);
  CHECK(features::running_loss(f, 100.0) == 0.5);
  CHECK(features::first_loss(f, 100.0) == 0.5);
  f.step = 2;
  CHECK(features::running_loss(f, 1.0) == doctest::Approx(0.9));
  CHECK(features::first_loss(f, 7.0) == 7.0);
  f.loss = std::numeric_limits<float>::max(), f.baseline = 0;
  CHECK(features::relative_loss(f) == 1e30);
  CHECK(features::log_loss(-3) == doctest::Approx(std::log(1e-3)));
  CHECK(features::log_loss(1e30) == doctest::Approx(std::log(10.0)));
}

TEST_CASE("horizon_features: clipped and power") {
  CHECK(features::clipped(2.0, 0, 1) == 1.0);
  CHECK(features::clipped(-2.0, 0, 1) == 0.0);
  CHECK(features::clipped(0.5, 0, 1) == 0.5);
  CHECK(features::power(0.9, 3.0) == doctest::Approx(0.729));
}

}  // namespace learned_horizon_features_test
