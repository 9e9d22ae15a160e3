// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/slimming.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <halo/optim/adam.hpp>
#include <halo/optim/cost.hpp>
#include <halo/optim/pulled.hpp>
#include <halo/optim/schedule.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/layouts.hpp"
#include "../support/network.hpp"

namespace optim_slimming_test {

using namespace halo;

namespace {

/// A weight, a gain and a bias of 4 elements in each of two layers.
struct layout {
  static constexpr std::size_t size = 24, tensors = 6, layers = 2;
  static constexpr std::array<parameter_info, tensors> table = [] {
    std::array<parameter_info, tensors> t{};
    parameter_role const roles[] = {parameter_role::weight, parameter_role::gain,
                                    parameter_role::bias};
    for (std::size_t i = 0; i < tensors; ++i) {
      t[i].rank = 1;
      t[i].extents[0] = t[i].count = 4;
      t[i].offset = 4 * i;
      t[i].layer = i / 3;
      t[i].role = roles[i % 3];
    }
    return t;
  }();
};

}  // namespace

TEST_CASE("slimming: gains shrink towards zero and stop there, the rest moves as without") {
  using rule_type = optim::slimming<optim::adam>;
  rule_type const rule{optim::adam{{.rate = 1e-2F}}, {.shrinkage = 0.05F}};
  auto state = rule.init<layout, double>();
  auto alone = rule.inner.init<layout, double>();
  auto theta = support::draw<double>(layout::size, 1), expected = theta;
  for (std::uint64_t t = 0; t < 60; ++t) {
    auto const g = support::draw<double>(layout::size, 2 + t);
    optim::step_context<double> context;
    context.mask = layer_mask(1 + t % 3);
    REQUIRE(rule.step(theta.data(), g.data(), state, context) == optim::status::done);
    REQUIRE(rule.inner.step(expected.data(), g.data(), alone, context) == optim::status::done);
    for (std::size_t const tensor : {1U, 4U}) {
      if (!context.mask[tensor / 3]) continue;
      for (std::size_t i = 4 * tensor; i < 4 * tensor + 4; ++i) {
        double const by = static_cast<double>(0.05F);
        double const size = std::max(std::abs(expected[i]) - by, 0.0);
        expected[i] = std::copysign(size, expected[i]);
      }
    }
    for (std::size_t i = 0; i < layout::size; ++i) CHECK(theta[i] == expected[i]);
  }
  CHECK(std::count(theta.begin(), theta.end(), 0.0) > 4);
  static_assert(optim::operations<rule_type, layout>(layer_mask(1)) ==
                optim::operations<optim::adam, layout>(layer_mask(1)) + 4);
}

TEST_CASE("slimming: with plain descent a gain nobody needs falls by rate times the penalty") {
  optim::slimming<optim::sgd> const rule{optim::sgd{{.rate = 0.1F}}, {.shrinkage = 0.1F * 0.5F}};
  auto state = rule.init<layout, double>();
  std::vector<double> theta(layout::size, 1.0), g(layout::size, 0.0);
  for (int t = 0; t < 10; ++t) {
    REQUIRE(rule.step(theta.data(), g.data(), state, {}) == optim::status::done);
  }
  CHECK(theta[0] == 1);
  CHECK(theta[4] == doctest::Approx(0.5));  // 10 steps of 0.1 · 0.5
  CHECK(theta[8] == 1);
}

TEST_CASE("slimming: a schedule scales rate and penalty alike") {
  using scheduled = optim::scheduled<optim::slimming<optim::sgd>, optim::step_decay>;
  scheduled const rule{
      optim::slimming<optim::sgd>{optim::sgd{{.rate = 0.1F}}, {.shrinkage = 0.08F}},
      {.period = 1, .factor = 0.5}};
  auto state = rule.init<layout, double>();
  std::vector<double> theta(layout::size, 1.0), g(layout::size, 1.0);
  for (int t = 0; t < 3; ++t) {
    REQUIRE(rule.step(theta.data(), g.data(), state, {}) == optim::status::done);
  }
  CHECK(theta[0] == doctest::Approx(1 - 0.1 * 1.75));
  CHECK(theta[4] == doctest::Approx(1 - 0.18 * 1.75));
}

TEST_CASE("slimming: a step that is not done leaves the gains") {
  optim::slimming<optim::adam> const rule{optim::adam{}, {.shrinkage = 0.05F}};
  auto state = rule.init<layout, float>();
  auto theta = support::draw<float>(layout::size, 1);
  auto const before = theta;
  auto g = support::draw<float>(layout::size, 2);
  g[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK(rule.step(theta.data(), g.data(), state, {}) == optim::status::non_finite);
  optim::step_context<float> none;
  none.mask = layer_mask();
  CHECK(rule.step(theta.data(), g.data(), state, none) == optim::status::empty);
  CHECK(theta == before);
}

TEST_CASE("slimming: a step costs a multiply-add, a read and a write more for each selected gain") {
  using with = optim::slimming<optim::pulled<optim::sgd>>;
  using without = optim::pulled<optim::sgd>;
  for (std::uint64_t const bits : {1U, 2U, 3U}) {
    std::uint64_t const n = bits == 3 ? 8 : 4;
    CHECK(optim::step_cost<with, layout>(layer_mask(bits)) ==
          optim::step_cost<without, layout>(layer_mask(bits)) + cost{n, 0, n, n});
  }
  CHECK(optim::step_cost<with, layout>(layer_mask{}) == cost{});
}

}  // namespace optim_slimming_test
