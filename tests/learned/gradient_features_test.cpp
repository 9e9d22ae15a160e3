// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/gradient_features.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <halo/autodiff/check.hpp>
#include <halo/autodiff/fast.hpp>

#include "../support/numbers.hpp"

namespace learned_gradient_features_test {

namespace {

using namespace halo;
using learned::hierarchical_options;
using lane = simd::batch<double, simd::scalar>;

constexpr hierarchical_options all{.extreme_rate = true, .absolute_rate = true};

}  // namespace

TEST_CASE("the first step's features as literals") {
  std::array<lane, 4> g, v;
  std::array<lane, 14> x;
  g.fill(lane(9.0));  // no history: d = v = 0 forget it
  v.fill(lane(9.0));
  learned::gradient_features<all>(lane(-0.5), lane(0.0), lane(0.0), g.data(), v.data(), x.data());
  learned::rate_features<all>(lane(std::log(1e-8)), lane(-3.0), x.data());
  for (std::size_t s = 0; s < 4; ++s) {
    CHECK(g[s].native == -0.5);
    CHECK(v[s].native == doctest::Approx(0.25).epsilon(1e-11));
    CHECK(x[s].native == doctest::Approx(-std::asinh(1.0)).epsilon(1e-10));
  }
  for (std::size_t s = 4; s < 7; ++s)
    CHECK(x[s].native == doctest::Approx(0.776819).epsilon(1e-6));  // asinh(1)²
  for (std::size_t s = 7; s < 11; ++s) CHECK(std::abs(x[s].native) < 1e-14);
  CHECK(x[11].native == doctest::Approx(std::log(1e-8) + 3).epsilon(1e-14));
  CHECK(x[12].native == doctest::Approx(-std::log(100.0)).epsilon(1e-14));  // below 1e-6
  CHECK(x[13].native == doctest::Approx(-std::log(1e5)).epsilon(1e-14));
  learned::rate_features<all>(lane(2.0), lane(0.0), x.data());
  CHECK(x[12].native == 2);  // above 1
  learned::rate_features<all>(lane(-5.0), lane(0.0), x.data());
  CHECK(x[12].native == 0);
}

TEST_CASE("two steps of averages as literals") {
  constexpr hierarchical_options two{.scales = 2, .every_scale_decays = true};
  std::array<lane, 2> g{lane(1.0), lane(1.0)}, v{lane(1.0), lane(1.0)};
  std::array<lane, 6> x;
  learned::gradient_features<two>(lane(3.0), lane(0.25), lane(0.64), g.data(), v.data(), x.data());
  CHECK(g[0].native == 0.25 * 1 + 0.75 * 3);
  CHECK(g[1].native == 0.5 * 1 + 0.5 * 3);
  CHECK(v[0].native == doctest::Approx(0.64 + 0.36 * 6.25).epsilon(1e-11));
  CHECK(v[1].native == doctest::Approx(0.8 + 0.2 * 4).epsilon(1e-11));
  double const half = 0.5 * std::log((0.64 + 0.36 * 6.25) / (0.8 + 0.2 * 4));
  CHECK(x[2].native == doctest::Approx(x[0].native * x[1].native).epsilon(1e-15));
  CHECK(x[3].native == doctest::Approx(half).epsilon(1e-10));
  CHECK(x[4].native == doctest::Approx(-half).epsilon(1e-10));
}

TEST_CASE("derivatives of the features by gradient, decays, averages and rates") {
  // inputs: g, d, v, G[4], V[4], l, mean l; the sum of features and averages, each with a factor
  constexpr std::size_t inputs = 13;
  auto const value = [](auto const* in, auto number) {
    using V = decltype(number);
    std::array<V, 4> g, v;
    for (std::size_t s = 0; s < 4; ++s) {
      g[s] = in[3 + s];
      v[s] = in[7 + s];
    }
    std::array<V, 14> x;
    learned::gradient_features<all>(in[0], in[1], in[2], g.data(), v.data(), x.data());
    learned::rate_features<all>(in[11], in[12], x.data());
    V y = g[0] + v[0];
    for (std::size_t s = 1; s < 4; ++s) y = y + g[s] * lane(0.3) + v[s] * lane(0.7);
    for (std::size_t k = 0; k < 14; ++k) y = y + x[k] * lane(0.1 * static_cast<double>(k + 1));
    return y;
  };
  for (double const l : {0.5, -3.0, -20.0}) {
    CAPTURE(l);
    auto at = support::numbers<double>(inputs, 3);
    for (std::size_t i : {1U, 2U, 7U, 8U, 9U, 10U}) at[i] = 0.2 + 0.6 * at[i] * at[i];
    at[11] = l;
    auto const report = autodiff::check_gradient(
        [&](std::span<double const> in) {
          std::array<lane, inputs> x;
          for (std::size_t i = 0; i < inputs; ++i) x[i] = lane(in[i]);
          return value(x.data(), lane(0.0)).native;
        },
        [&](std::span<double const> in, std::span<double> to) {
          autodiff::tape<lane> tape;
          std::array<autodiff::variable<lane>, inputs> x;
          for (std::size_t i = 0; i < inputs; ++i)
            x[i] = autodiff::variable<lane>(tape, lane(in[i]));
          backward(value(x.data(), autodiff::variable<lane>(lane(0.0))));
          for (std::size_t i = 0; i < inputs; ++i) to[i] = x[i].adjoint().native;
        },
        std::span<double const>(at));
    CAPTURE(report.index);
    CAPTURE(report.given);
    CAPTURE(report.expected);
    CHECK(report.checked == inputs);
    CHECK(report.passed);
  }
}

TEST_CASE("the log-rate's limit lets derivatives through") {
  for (double const l : {-40.0, -33.0, 0.0, 12.0, 50.0}) {
    CAPTURE(l);
    autodiff::tape<lane> tape;
    autodiff::variable<lane> const x(tape, lane(l));
    auto const y = learned::limited_log_rate(x);
    backward(y);
    CHECK(y.value().native == std::fmin(std::fmax(l, -33), 33));
    CHECK(x.adjoint().native == 1);
  }
}

}  // namespace learned_gradient_features_test
