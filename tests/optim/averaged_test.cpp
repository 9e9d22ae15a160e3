// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/averaged.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <halo/optim/adam.hpp>
#include <halo/optim/clip.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/layouts.hpp"
#include "../support/network.hpp"

namespace optim_averaged_test {

using namespace halo;

namespace {

using layout = support::three_layers<7, 2, 17, 3>;
constexpr std::size_t n = layout::size;

}  // namespace

TEST_CASE("averaged: the parameters move as without, the average as a plain loop says") {
  optim::averaged<optim::adam> const rule{optim::adam{{.rate = 0.1F}}};
  auto state = rule.init<layout, double>();
  auto alone = rule.inner.init<layout, double>();
  std::vector<double> theta = support::draw<double>(n, 1);
  std::vector<double> other = theta;
  std::vector<double> average(n);
  for (std::uint64_t t = 0; t < 1300; ++t) {
    CAPTURE(t);
    std::vector<double> const g = support::draw<double>(n, 2 + t);
    optim::step_context<double> context;
    context.mask = layer_mask(1 + t % 7);
    REQUIRE(rule.step(theta.data(), g.data(), state, context) == optim::status::done);
    REQUIRE(rule.inner.step(other.data(), g.data(), alone, context) == optim::status::done);
    double rate = 1 / (1 + static_cast<double>(t) / 8);
    if (rate < 1.0 / 150) rate = 1.0 / 150;
    for (std::size_t i = 0; i < n; ++i) average[i] = (1 - rate) * average[i] + rate * other[i];
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(theta[i] == other[i]);
      CHECK(state.average[i] == doctest::Approx(average[i]).epsilon(1e-12));
    }
  }
  CHECK(state.average_steps == 1300);
}

TEST_CASE("averaged: the first step makes it the parameters, and so does one behind a restart") {
  optim::averaged<optim::sgd> const rule{};
  auto state = rule.init<layout, float>();
  std::vector<float> theta = support::draw<float>(n, 1);
  for (std::uint64_t t = 0; t < 9; ++t) {
    std::vector<float> const g = support::draw<float>(n, 2 + t);
    if (t == 5) state.restart_average();
    REQUIRE(rule.step(theta.data(), g.data(), state) == optim::status::done);
    bool const same = std::equal(theta.begin(), theta.end(), state.average.begin());
    CHECK(same == (t == 0 || t == 5));
  }
  CHECK(state.average_steps == 4);
}

TEST_CASE("averaged: of a layer that never moves it stays the layer, bit by bit") {
  optim::averaged<optim::adam> const rule{};
  auto state = rule.init<layout, float>();
  std::vector<float> theta = support::draw<float>(n, 1);
  optim::step_context<float> context;
  context.mask = layer_mask(6);
  for (std::uint64_t t = 0; t < 400; ++t) {
    REQUIRE(rule.step(theta.data(), support::draw<float>(n, t).data(), state, context) ==
            optim::status::done);
  }
  for (std::size_t i = 0; i < 9; ++i) CHECK(state.average[i] == theta[i]);
  CHECK(state.average[9] != theta[9]);
}

TEST_CASE("averaged: a step that does nothing leaves it where it was") {
  optim::averaged<optim::adam> const rule{};
  auto state = rule.init<layout, float>();
  std::vector<float> theta = support::draw<float>(n, 1);
  std::vector<float> g = support::draw<float>(n, 2);
  for (int i = 0; i < 3; ++i)
    REQUIRE(rule.step(theta.data(), g.data(), state) == optim::status::done);
  auto const before = state;
  optim::step_context<float> none;
  none.mask = layer_mask();
  CHECK(rule.step(theta.data(), g.data(), state, none) == optim::status::empty);
  g[4] = std::numeric_limits<float>::quiet_NaN();
  CHECK(rule.step(theta.data(), g.data(), state) == optim::status::non_finite);
  CHECK(std::equal(before.average.begin(), before.average.end(), state.average.begin()));
  CHECK(state.average_steps == 3);
}

TEST_CASE("averaged: who does not want it pays nothing, who wants it one array") {
  using with = optim::averaged<optim::adam>::state<layout, float>;
  using without = optim::adam::state<layout, float>;
  static_assert(optim::keeps_average<with> && !optim::keeps_average<without>);
  static_assert(
      optim::keeps_average<optim::clipped<optim::averaged<optim::adam>>::state<layout, float>>);
  CHECK(sizeof(with) == sizeof(without) + sizeof(aligned_array<float, n>) + 64);
}

}  // namespace optim_averaged_test
