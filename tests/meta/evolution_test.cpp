// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/evolution.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <halo/core/parameter_table.hpp>
#include <halo/core/random.hpp>
#include <halo/learned/program.hpp>
#include <halo/meta/checkpoint.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"
#include "../support/learned_rate.hpp"
#include "../support/rate_on_bowl.hpp"
#include "../support/two_tensors.hpp"

namespace meta_evolution_test {

namespace {

using namespace halo;

/// A rate alone.
struct plain_rate : support::rate_program<0> {
  static constexpr learned::weight_table table{
      std::to_array<learned::weight_info>({{"rate", 1, 1, learned::constant(0.3)}})};
};
using support::bowl;

using estimator = meta::evolution<plain_rate, double>;

estimator bowls(std::size_t pairs, bool persistent) {
  std::vector<std::unique_ptr<meta::slot<plain_rate, double>>> pool;
  for (std::size_t i = 0; i < 2 * pairs; ++i)
    pool.push_back(std::make_unique<meta::task_slot<plain_rate, bowl>>(bowl{}, 1));
  meta::training o;
  o.shortest_window = o.longest_window = 1;
  o.shortest_run = o.longest_run = 4;
  o.loss = {.which = meta::meta_loss::iterates::last};
  o.rate = 0;  // the weights stay: every update estimates the gradient at the same point
  o.draws = seed{21};
  return {learned::optimizer<plain_rate, double>(),
          o,
          {.deviation = 1e-3, .persistent = persistent},
          std::move(pool)};
}

using toy = meta::evolution<support::learned_rate>;
toy make_toy(std::size_t threads, bool persistent,
             std::uint64_t breaks = std::numeric_limits<std::uint64_t>::max()) {
  using problem = support::two_tensors<float>;
  std::vector<std::unique_ptr<meta::slot<support::learned_rate>>> pool;
  for (std::size_t i = 0; i < 8; ++i)
    pool.push_back(std::make_unique<meta::task_slot<support::learned_rate, problem>>(
        problem{.breaks = i == 5 ? breaks : std::numeric_limits<std::uint64_t>::max()}, 20));
  meta::training o;
  o.shortest_window = 5;
  o.longest_window = 20;
  o.shortest_run = 20;
  o.longest_run = 60;
  o.rate = 0.05;
  o.most_loss = 1e3;
  o.loss = {};
  o.threads = threads;
  return {learned::optimizer<support::learned_rate>(),
          o,
          {.deviation = 0.1, .persistent = persistent},
          std::move(pool)};
}

}  // namespace

TEST_CASE("evolution: on a bowl, PES finds the whole gradient and ES the window's" *
          doctest::test_suite("long")) {
  // d/dw (1-w)^2t/2 = -t (1-w)^(2t-1) through all t steps, a t-th of it through the last one alone.
  // A pair's estimate is g ε²/σ²: 4000 of them are right to √2/√4000 = 2.2 %, 4 deviations 9 %.
  auto all = bowls(4000, true), last = bowls(4000, false);
  double const w = 0.3;
  for (int t = 1; t <= 4; ++t) {
    CAPTURE(t);
    (void)all.update();
    (void)last.update();
    double const window = -std::pow(1 - w, 2 * t - 1);
    CHECK(last.gradient()[0] == doctest::Approx(window).epsilon(0.09));
    CHECK(all.gradient()[0] == doctest::Approx(t * window).epsilon(t == 1 ? 0.09 : 0.14));
  }
  (void)all.update();  // the runs began anew, and with them the sums
  CHECK(all.gradient()[0] == doctest::Approx(-(1 - w)).epsilon(0.09));
}

TEST_CASE("evolution: the meta-loss falls, with the same bits for any number of threads") {
  for (bool persistent : {true, false}) {
    CAPTURE(persistent);
    toy one = make_toy(1, persistent), two = make_toy(2, persistent),
        three = make_toy(3, persistent);
    double first = 0, last = 0;
    for (int u = 0; u < 120; ++u) {
      auto const r = one.update();
      (void)two.update();
      (void)three.update();
      if (u < 10) first += r.loss / 10;
      if (u >= 110) last += r.loss / 10;
    }
    CAPTURE(first);
    CAPTURE(last);
    CHECK(last < 0.6 * first);
    CHECK(one.weights()[0] == two.weights()[0]);
    CHECK(one.weights()[0] == three.weights()[0]);
  }
}

TEST_CASE("evolution: a pair of which one run breaks teaches nothing and begins anew") {
  toy t = make_toy(1, true, 2);
  for (int u = 0; u < 5; ++u) {
    auto const r = t.update();
    CHECK(r.diverged == 1);
    CHECK(r.restarted >= 1);
    CHECK(std::isfinite(r.loss));
    CHECK(std::isfinite(t.gradient()[0]));
    CHECK(t.gradient()[0] != 0);
  }
}

TEST_CASE("evolution: saved and resumed to the same bits") {
  support::folder const folder;
  auto const path = folder / "evolution.safetensors";
  toy whole = make_toy(1, true), first = make_toy(1, true), second = make_toy(1, true);
  learned::optimizer<support::learned_rate> const untrained;
  meta::champion<support::learned_rate> best(untrained, 0.5), other(untrained, 0.1);
  for (int u = 0; u < 6; ++u) (void)whole.update();
  for (int u = 0; u < 3; ++u) (void)first.update();
  meta::save(path, first, best, "toys");
  meta::resume(path, second, other, "toys");
  CHECK(other.score() == 0.5);
  for (int u = 0; u < 3; ++u) (void)second.update();
  CHECK(second.weights()[0] == whole.weights()[0]);
  CHECK(second.updates() == 6);
  toy truncated = make_toy(1, false);
  CHECK(support::message_of<error>([&] {
          meta::resume(path, truncated, other, "toys");
        }).find("way: persistent: expected 0, found 1") != std::string::npos);
}

TEST_CASE("evolution: refuses a pool that is not made of pairs") {
  std::vector<std::unique_ptr<meta::slot<plain_rate, double>>> pool;
  pool.push_back(std::make_unique<meta::task_slot<plain_rate, bowl>>(bowl{}, 1));
  auto const message = support::message_of<error>([&] {
    estimator const e(learned::optimizer<plain_rate, double>(), {}, {}, std::move(pool));
  });
  CHECK(message == "evolution: pool: expected pairs of places, found 1");
}

}  // namespace meta_evolution_test
