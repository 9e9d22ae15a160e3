// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/meta_optimizer.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace meta_meta_optimizer_test {

namespace {

using namespace halo;
using meta::training;
using descent = meta::meta_optimizer<3, double>;

std::vector<double> const start{1.0, -2.0, 0.5};
std::vector<double> weights_of(descent const& d) {
  return {d.weights().begin(), d.weights().end()};
}

}  // namespace

TEST_CASE(
    "meta_optimizer: Adam on a gradient whose norm was clipped, and decay towards the first "
    "weights") {
  training o;
  o.constant_share = 1;
  o.rate = 0.25;
  o.clip_norm = 1;
  o.decay_to_start = 0.5;
  descent d(start);
  std::vector<double> w = start, m(3, 0), v(3, 0);
  std::vector<double> const raw{3.0, 0.0, -4.0};  // norm 5
  for (int t = 1; t <= 4; ++t) {
    for (std::size_t k = 0; k < 3; ++k) {
      double const g = raw[k] / 5 + 0.5 * (w[k] - start[k]);
      // the rates are floats, as Adam's own test says
      m[k] += (g - m[k]) * (1 - static_cast<double>(0.9F));
      v[k] += (g * g - v[k]) * (1 - static_cast<double>(0.999F));
      double const mh = m[k] / (1 - std::pow(static_cast<double>(0.9F), t));
      double const vh = v[k] / (1 - std::pow(static_cast<double>(0.999F), t));
      w[k] -= 0.25 * mh / (std::sqrt(vh) + 1e-8);
    }
    CHECK(d.move(o, static_cast<std::uint64_t>(t - 1), raw) == doctest::Approx(5));
    for (std::size_t k = 0; k < 3; ++k)
      CHECK(d.weights()[k] == doctest::Approx(w[k]).epsilon(1e-9));
  }
}

TEST_CASE("meta_optimizer: RMSProp begins with a mean square of 1 and limits each component") {
  training o;
  o.constant_share = 1;
  o.rule = training::update_rule::rmsprop;
  o.rate = 0.5;
  o.clip_norm = std::numeric_limits<double>::infinity();
  o.clip_value = 2;
  descent d(start);
  (void)d.move(o, 0, std::vector<double>{1.0, -30.0, 0.0});
  CHECK(d.weights()[0] == doctest::Approx(1.0 - 0.5 * 1 / std::sqrt(1.0)).epsilon(1e-7));
  CHECK(d.weights()[1] == doctest::Approx(-2.0 + 0.5 * 2 / std::sqrt(0.9 + 0.4)).epsilon(1e-7));
  CHECK(d.weights()[2] == 0.5);
}

TEST_CASE("meta_optimizer: a gradient that is not finite changes nothing") {
  training const o;
  descent d(start), untouched(start);
  for (double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    CHECK(!std::isfinite(d.move(o, 0, std::vector<double>{1.0, bad, 1.0})));
    CHECK(weights_of(d) == start);
  }
  std::vector<double> const good{0.1, 0.2, 0.3};
  (void)d.move(o, 1, good);
  (void)untouched.move(o, 1, good);
  CHECK(weights_of(d) == weights_of(untouched));
  CHECK(weights_of(d) != start);
}

TEST_CASE("meta_optimizer: constant, then a cosine down to a fiftieth") {
  training o;
  o.updates = 100;
  o.constant_share = 0.5;
  CHECK(descent::schedule(o, 0) == 1);
  CHECK(descent::schedule(o, 50) == 1);
  CHECK(descent::schedule(o, 75) == doctest::Approx(0.51));
  CHECK(descent::schedule(o, 100) == doctest::Approx(0.02));
  CHECK(descent::schedule(o, 1000) == doctest::Approx(0.02));
  o.constant_share = 1;
  CHECK(descent::schedule(o, 100) == 1);
  CHECK(descent::schedule(o, 1000) == 1);
}

}  // namespace meta_meta_optimizer_test
