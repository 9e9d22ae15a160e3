// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/schedule.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include <halo/learned/halo_rule.hpp>
#include <halo/optim/sgd.hpp>

namespace optim_schedule_test {

using namespace halo;

TEST_CASE("step decay falls after each period") {
  optim::step_decay const s{.period = 3, .factor = 0.5};
  CHECK(s(0) == 1.0);
  CHECK(s(2) == 1.0);
  CHECK(s(3) == 0.5);
  CHECK(s(8) == 0.25);
}

TEST_CASE("cosine: warm-up, start, middle, end") {
  optim::cosine const s{.steps = 100, .final = 0.1, .warm_up = 4};
  CHECK(s(0) == doctest::Approx(0.25));
  CHECK(s(3) == doctest::Approx(1.0));
  CHECK(s(4) == doctest::Approx(1.0));
  CHECK(s(54) == doctest::Approx(0.55));
  CHECK(s(104) == doctest::Approx(0.1));
  CHECK(s(100000) == doctest::Approx(0.1));
}

TEST_CASE(
    "by_horizon: rises over a share of the run, falls to nothing at its end, whatever its length") {
  optim::by_horizon const s{};
  for (std::uint64_t const all : {1U, 2U, 10U, 300U, 100000U}) {
    CAPTURE(all);
    double last = 0, sum = 0;
    for (std::uint64_t t = 0; t < all; ++t) {
      double const f = s({.steps = 7, .horizon = all, .elapsed = t});
      double const over = static_cast<double>(t) / static_cast<double>(all);
      double const rise = 0.1 * static_cast<double>(all);
      CHECK(f == doctest::Approx(
                     (static_cast<double>(t) + 1 < rise ? (static_cast<double>(t) + 1) / rise : 1) *
                     (1 - over)));
      CHECK(f > 0);
      last = f, sum += f;
    }
    CHECK(last <= (all == 1 ? 1.0 : 1.0 / static_cast<double>(all) + 1e-12));
    CHECK(sum / static_cast<double>(all) > 0.4);
  }
  // nobody knows, or it is over: a constant
  for (std::uint64_t const t : {0U, 4U, 9U, 1000U}) {
    double const expected = t < 9 ? static_cast<double>(t + 1) / 10 : 1;
    CHECK(s({.steps = t}) == doctest::Approx(expected));
    CHECK(s({.steps = t, .horizon = 20, .elapsed = 20}) == doctest::Approx(expected));
  }
  CHECK(optim::by_horizon{.warm_up = 0, .end = 0}({.steps = 0, .horizon = 5, .elapsed = 4}) == 1);
  CHECK(optim::by_horizon{.end = 2}({.steps = 0, .horizon = 4, .elapsed = 2}) == 0.25);
}

TEST_CASE("by_horizon: what the context says of the run reaches the schedule") {
  optim::scheduled const rule(optim::sgd{{.rate = 1.0F}}, optim::by_horizon{});
  auto state = rule.init<flat_layout<1>>();
  float theta = 0;
  float const g = -1;
  optim::step_context<float> c;
  c.horizon = 4;
  float const moves[] = {1, 0.75F, 0.5F, 0.25F};
  for (c.elapsed = 0; c.elapsed < 4; ++c.elapsed) {
    float const before = theta;
    REQUIRE(rule.step(&theta, &g, state, c) == optim::status::done);
    CHECK(theta - before == moves[c.elapsed]);
  }
  CHECK(state.steps == 4);
}

TEST_CASE("a scheduled optimizer multiplies the rate and counts only steps that moved") {
  optim::scheduled<optim::sgd, optim::step_decay> const rule{optim::sgd{{.rate = 1.0F}},
                                                             {.period = 1, .factor = 0.5}};
  auto state = rule.init<flat_layout<1>>();
  std::vector<float> theta{10.0F};
  std::vector<float> const gradient{1.0F};
  optim::step_context<float> nothing;
  nothing.mask = layer_mask{};
  CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::done);
  CHECK(theta[0] == 9.0F);
  CHECK(rule.step(theta.data(), gradient.data(), state, nothing) == optim::status::empty);
  CHECK(rule.step(theta.data(), gradient.data(), state) == optim::status::done);
  CHECK(theta[0] == 8.5F);
}

TEST_CASE("schedules of any length give a share at any step") {
  std::uint64_t const most = std::numeric_limits<std::uint64_t>::max();
  for (std::uint64_t const step :
       {std::uint64_t{0}, std::uint64_t{1} << 32, std::uint64_t{1} << 53, most - 1, most}) {
    for (std::uint64_t const length : {std::uint64_t{1}, std::uint64_t{1} << 33, most - 1, most}) {
      CAPTURE(step);
      CAPTURE(length);
      for (double const factor :
           {optim::step_decay{.period = length, .factor = 0.5}(step),
            optim::cosine{.steps = length, .final = 0.1}(step),
            optim::cosine{.steps = 1, .final = 1, .warm_up = length}(step),
            optim::cosine{.steps = length, .warm_up = length}(step),
            optim::by_horizon{}({step, length, step}), optim::by_horizon{}({step, most, length})}) {
        CHECK(factor >= 0);
        CHECK(factor <= 1);
      }
    }
  }
}

TEST_CASE("a schedule reaches a learned optimizer, which then goes half as far") {
  auto const moved = [](double factor) {
    learned::halo_rule const inner{};
    optim::scheduled const rule(inner, optim::cosine{.steps = 1, .final = factor, .warm_up = 0});
    auto state = rule.init<flat_layout<5>>();
    state.steps = 1;
    std::vector<float> theta(5, 1.0F);
    std::vector<float> const g{0.1F, 0.2F, -0.3F, 0.4F, -0.5F};
    CHECK(rule.step(theta.data(), g.data(), state) == optim::status::done);
    return theta[4] - 1.0F;
  };
  CHECK(moved(0.5) == doctest::Approx(0.5F * moved(1)).epsilon(1e-3));
}

}  // namespace optim_schedule_test
