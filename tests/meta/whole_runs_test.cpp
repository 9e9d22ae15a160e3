// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/whole_runs.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
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

namespace {

using namespace halo;

/// A rate, and a weight that does nothing.
struct plain_rate : support::rate_program<1> {
  static constexpr learned::weight_table table{std::to_array<learned::weight_info>(
      {{"idle", 1, 1, learned::constant(0.5)}, {"rate", 1, 1, learned::constant(0.3)}})};
};
using support::bowl;

using toy = meta::whole_runs<support::learned_rate>;
toy make_toy(std::size_t threads, std::uint64_t draws = 5) {
  using problem = support::two_tensors<float>;
  std::vector<std::unique_ptr<meta::slot<support::learned_rate>>> pool;
  for (std::size_t i = 0; i < 6; ++i)
    pool.push_back(std::make_unique<meta::task_slot<support::learned_rate, problem>>(problem{}, 1));
  meta::training o;
  o.shortest_run = 20;
  o.longest_run = 60;
  o.rate = 0.05;
  o.threads = threads;
  o.draws = seed{draws};
  return {learned::optimizer<support::learned_rate>(),
          o,
          {.first = 0, .count = 1, .deviation = 0.1},
          std::move(pool)};
}

}  // namespace

TEST_CASE("whole runs: on a bowl, the gradient of both errors, and of the chosen weight alone") {
  std::vector<std::unique_ptr<meta::slot<plain_rate, double>>> pool;
  for (std::size_t i = 0; i < 4000; ++i)
    pool.push_back(std::make_unique<meta::task_slot<plain_rate, bowl>>(bowl{}, 1));
  meta::training o;
  o.shortest_run = o.longest_run = 3;  // scored after 1 and 3 steps
  o.draws = seed{21};
  learned::optimizer<plain_rate, double> const rule;
  meta::whole_runs<plain_rate, double> runs(
      rule, o, {.first = 1, .count = 1, .deviation = 1e-3, .raw_share = 1}, std::move(pool));
  auto const r = runs.update();
  double const rest = 1 - 0.3;
  CHECK(r.loss == doctest::Approx((std::pow(rest, 2) + std::pow(rest, 6)) / 2).epsilon(1e-4));
  // an estimate is g ε²/σ²: 4000 of them are right to √2/√4000 = 2.2 %, 4 deviations 9 %
  CHECK(runs.gradient()[1] ==
        doctest::Approx(-(2 * rest + 6 * std::pow(rest, 5)) / 2).epsilon(0.09));
  CHECK(runs.gradient()[0] == 0);
  CHECK(runs.weights()[0] == rule.values()[0]);
  CHECK(runs.weights()[1] > rule.values()[1]);
}

TEST_CASE("whole runs: the error falls, with the same bits for any number of threads") {
  toy one = make_toy(1), three = make_toy(3);
  double first = 0, last = 0;
  for (int u = 0; u < 60; ++u) {
    auto const r = one.update();
    (void)three.update();
    if (u < 10) first += r.loss / 10;
    if (u >= 50) last += r.loss / 10;
  }
  CAPTURE(first);
  CAPTURE(last);
  CHECK(last < 0.8 * first);
  CHECK(one.weights()[0] == three.weights()[0]);
}

TEST_CASE("whole runs: saved and resumed to the same bits") {
  tests::folder const folder;
  auto const path = folder / "runs.safetensors";
  toy whole = make_toy(1), first = make_toy(1), second = make_toy(1), another = make_toy(1, 6);
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
  CHECK(tests::message_of<error>([&] {
          meta::resume(path, another, other, "toys");
        }).find("training: draws: expected 6, found 5") != std::string::npos);
}

TEST_CASE("whole runs: refuse weights that the program does not have") {
  auto const message = tests::message_of<error>([] {
    std::vector<std::unique_ptr<meta::slot<support::learned_rate>>> pool;
    pool.push_back(
        std::make_unique<meta::task_slot<support::learned_rate, support::two_tensors<float>>>(
            support::two_tensors<float>{}, 1));
    toy const t(learned::optimizer<support::learned_rate>(), {}, {.first = 1, .count = 1},
                std::move(pool));
  });
  CHECK(message == "whole_runs: weights: expected at most 1, found 1 and on 1");
}
