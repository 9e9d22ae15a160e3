// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/horizon_rule.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include "../support/two_tensors.hpp"

namespace learned_horizon_rule_test {

using namespace halo;

namespace {

using rule_type = learned::horizon_rule<>;
using layout = flat_layout<37>;

double weight(rule_type const& rule, std::size_t i) {
  return static_cast<double>(rule.values()[i]);
}

/// The equations as they stand, for one tensor, in double.
struct reference {
  rule_type const& rule;
  std::vector<double> m, v, start, theta;
  double loss = 0, first = 0, most = 0;
  int t = 0;

  static double logistic(double x) { return 1 / (1 + std::exp(-x)); }
  void step(std::vector<double> const& g, optim::step_context<float> const& c) {
    auto const w = [&](std::size_t i) { return weight(rule, i); };
    using P = learned::horizon_program<>;
    bool const known = c.elapsed < c.horizon;
    double const steps = known ? static_cast<double>(c.horizon) : std::max(30.0, 3.0 * (t + 1));
    double const over = known ? static_cast<double>(c.elapsed) : t;
    double const left = known ? 1 - over / steps : 2.0 / 3;
    double const tau = std::log(steps / 30);
    double const n = c.rows > 0 ? static_cast<double>(c.rows) : 50;
    double const nu = std::log(std::clamp(n, 5.0, 5000.0) / 50);
    double const now = c.loss / (c.baseline > 0 ? c.baseline : 1);
    loss = t == 0 ? now : 0.8 * loss + 0.2 * now;
    if (t == 0) first = now;
    double const lambda = std::log(std::clamp(first, 1e-3, 10.0));
    bool const anew = c.anew[0];
    double rate = w(P::table["rate"]) + w(P::table["by_horizon"]) * tau +
                  w(P::table["by_rows"]) * nu +
                  w(P::table["by_loss"]) * std::log(std::clamp(loss, 1e-3, 10.0)) +
                  w(P::table["by_first"]) * lambda + (known ? 0 : w(P::table["untold"])) +
                  w(P::table["bias"]) + w(P::table["head"]);  // one axis, and the last layer
    if (anew)                                                 // there is no other layer
      rate += w(P::table["nothing"]) + w(P::table["nothing_by_horizon"]) * tau +
              w(P::table["nothing_by_rows"]) * nu +
              w(P::table["nothing_by_loss"]) * std::log(std::clamp(loss, 1e-3, 10.0));
    rate = std::exp(std::clamp(rate, -14.0, -1.0));
    double const warm = std::max(1.0, steps * std::min(0.5, std::exp(w(P::table["warm_up"]))));
    double const pace = rate * std::min(1.0, (over + 1) / warm) *
                        std::pow(left, std::exp(std::min(2.0, w(P::table["end"]))));
    double const keep =
        logistic(w(P::table["momentum"]) + w(P::table["momentum_by_horizon"]) * tau +
                 w(P::table["momentum_by_rows"]) * nu);
    double const keep2 = logistic(w(P::table["second"]) + w(P::table["second_by_horizon"]) * tau);
    double const blend = logistic(w(P::table["blend"]));
    double mean = 0;
    if (t == 0) start = anew ? std::vector<double>(theta.size()) : theta;
    for (std::size_t i = 0; i < g.size(); ++i) {
      m[i] = keep * m[i] + (1 - keep) * g[i];
      v[i] = keep2 * v[i] + (1 - keep2) * g[i] * g[i];
      mean += v[i] / static_cast<double>(g.size());
    }
    double const c1 = 1 - std::pow(keep, t + 1), c2 = 1 - std::pow(keep2, t + 1);
    mean /= c2;
    if (t < 5) most = std::max(most, mean);
    double const shrink = std::pow(std::clamp(mean / most, 1e-12, 1.0), w(P::table["shrink"]) / 2);
    double const log_pull = w(P::table["pull"]) + w(P::table["pull_by_rows"]) * nu +
                            w(P::table["pull_by_horizon"]) * tau +
                            w(P::table["pull_by_first"]) * lambda;
    double const log_decay = w(P::table["decay"]) + w(P::table["decay_by_rows"]) * nu +
                             w(P::table["decay_by_horizon"]) * tau;
    double const pull = std::exp(std::min(3.0, anew ? log_decay : log_pull));
    for (std::size_t i = 0; i < g.size(); ++i) {
      double const u =
          m[i] / c1 * shrink / std::sqrt((1 - blend) * v[i] / c2 + blend * mean + 1e-30);
      theta[i] -= pace * (u + pull * (theta[i] - start[i]));
    }
    ++t;
  }
};

/// Runs both on the same gradients; the largest difference of parameters.
double difference(rule_type const& rule, optim::step_context<float> c, std::size_t steps) {
  auto const state = std::make_unique<rule_type::state<layout>>(rule.init<layout>());
  std::array<float, 37> x{}, g{};
  reference r{rule, std::vector<double>(37), std::vector<double>(37), {}, std::vector<double>(37)};
  for (std::size_t i = 0; i < 37; ++i)
    r.theta[i] = static_cast<double>(x[i] = std::sin(static_cast<float>(i)));
  double most = 0;
  for (std::size_t t = 0; t < steps; ++t) {
    std::vector<double> exact(37);
    for (std::size_t i = 0; i < 37; ++i) {
      g[i] = std::cos(static_cast<float>(3 * i + t * t)) + 0.1F * static_cast<float>(i % 3);
      exact[i] = static_cast<double>(g[i]);
    }
    c.loss = 0.5 + std::sin(static_cast<double>(t)) / 3;
    REQUIRE(rule.step(x.data(), static_cast<float const*>(g.data()), *state, c) ==
            optim::status::done);
    r.step(exact, c);
    ++c.elapsed;
    for (std::size_t i = 0; i < 37; ++i)
      most = std::max(most, std::abs(static_cast<double>(x[i]) - r.theta[i]));
  }
  return most;
}

}  // namespace

TEST_CASE("horizon_rule: the equations") {
  std::vector<float> numbers(rule_type::weights);  // none is zero, whatever evolution found
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = rule_type().values()[i] + 0.1F * static_cast<float>(i % 3) - 0.05F;
  rule_type const rule{std::span<float const>(numbers)};
  for (std::uint64_t const horizon : {0U, 10U, 60U})
    for (std::uint64_t const rows : {0U, 3U, 700U})
      for (layer_mask const anew : {layer_mask(), layer_mask::all(1)}) {
        CAPTURE(horizon);
        CAPTURE(rows);
        optim::step_context<float> c;
        c.horizon = horizon;
        c.rows = rows;
        c.anew = anew;
        c.baseline = 1.4;
        CHECK(difference(rule, c, 80) < 2e-5);
      }
}

TEST_CASE("horizon_rule: neither the scale of the loss nor that of the gradient matters") {
  rule_type const rule;
  auto const run = [&](float scale) {
    auto s = std::make_unique<rule_type::state<layout>>(rule.init<layout>());
    std::array<float, 37> x{}, g{};
    optim::step_context<float> c;
    c.horizon = 20;
    for (; c.elapsed < 20; ++c.elapsed) {
      for (std::size_t i = 0; i < 37; ++i)
        g[i] = scale * std::cos(static_cast<float>(3 * i + c.elapsed));
      c.loss = static_cast<double>(scale) * (2.0 - 0.05 * static_cast<double>(c.elapsed));
      c.baseline = 3.0 * static_cast<double>(scale);
      static_cast<void>(rule.step(x.data(), static_cast<float const*>(g.data()), *s, c));
    }
    return x;
  };
  auto const plain = run(1);
  for (float const scale : {1e-6F, 1e6F}) {
    auto const other = run(scale);
    for (std::size_t i = 0; i < 37; ++i) CHECK(other[i] == doctest::Approx(plain[i]).epsilon(1e-3));
  }
}

TEST_CASE(
    "horizon_rule: known layers go back to the start, drawn ones to zero, and a step is bounded") {
  rule_type const rule;
  using two = support::five_and_one;
  auto s = std::make_unique<rule_type::state<two>>(rule.init<two>());
  std::vector<float> x(two::size, 1.0F), g(two::size, 0.0F);
  optim::step_context<float> c;
  c.horizon = 100;
  c.anew = layer_mask::only(1);
  c.loss = 1;
  static_cast<void>(rule.step(x.data(), static_cast<float const*>(g.data()), *s, c));
  for (auto const& info : two::table)  // no gradient, no way gone
    for (std::size_t i = 0; i < info.count; ++i)
      CHECK((x[info.offset + i] == 1.0F) == (info.layer == 0));
  std::fill(x.begin(), x.end(), -2.0F);  // somebody else moved them
  c.elapsed = 10;
  for (int t = 0; t < 3; ++t)
    static_cast<void>(rule.step(x.data(), static_cast<float const*>(g.data()), *s, c));
  for (float const v : x) CHECK(v > -2.0F);
  std::fill(x.begin(), x.end(), 0.5F);
  static_cast<void>(rule.step(x.data(), static_cast<float const*>(g.data()), *s, c));
  for (auto const& info : two::table)
    for (std::size_t i = 0; i < info.count; ++i)
      CHECK((x[info.offset + i] > 0.5F) == (info.layer == 0));

  std::fill(g.begin(), g.end(), 9e14F);
  auto const before = x;
  CHECK(rule.step(x.data(), static_cast<float const*>(g.data()), *s, c) == optim::status::done);
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(std::abs(x[i] - before[i]) < 2.0F);
  g[0] = std::numeric_limits<float>::quiet_NaN();
  auto const still = x;
  CHECK(rule.step(x.data(), static_cast<float const*>(g.data()), *s, c) ==
        optim::status::non_finite);
  CHECK(x == still);
}

TEST_CASE("horizon_rule: goes on when the horizon is over, for any number of steps") {
  rule_type const rule;
  auto s = std::make_unique<rule_type::state<layout>>(rule.init<layout>());
  std::array<float, 37> x{}, g{};
  x.fill(3);
  optim::step_context<float> c;
  c.horizon = 10;
  for (; c.elapsed < 5000; ++c.elapsed) {
    for (std::size_t i = 0; i < 37; ++i) g[i] = x[i];
    c.loss = static_cast<double>(x[0] * x[0]);
    REQUIRE(rule.step(x.data(), static_cast<float const*>(g.data()), *s, c) == optim::status::done);
    for (float const v : x) REQUIRE(std::abs(v) <= 4);
  }
}

TEST_CASE("horizon_rule: without pull it is the same where every layer is drawn, on less memory") {
  using small_type = learned::horizon_rule<float, false>;
  rule_type const rule;
  small_type const small{rule.values()};
  static_assert(sizeof(small_type::state<flat_layout<4096>>) <
                sizeof(rule_type::state<flat_layout<4096>>) - 4000 * sizeof(float));
  auto a = std::make_unique<rule_type::state<layout>>(rule.init<layout>());
  auto b = std::make_unique<small_type::state<layout>>(small.init<layout>());
  std::array<float, 37> x{}, y{}, g{};
  optim::step_context<float> c;
  c.horizon = 20;
  c.anew = layer_mask::all(1);
  c.loss = 1;
  for (; c.elapsed < 20; ++c.elapsed) {
    for (std::size_t i = 0; i < 37; ++i) g[i] = std::cos(static_cast<float>(3 * i + c.elapsed));
    static_cast<void>(rule.step(x.data(), static_cast<float const*>(g.data()), *a, c));
    static_cast<void>(small.step(y.data(), static_cast<float const*>(g.data()), *b, c));
  }
  CHECK(x == y);
}

}  // namespace learned_horizon_rule_test
