// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/slot.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/io/identity.hpp>

#include "../support/learned_rate.hpp"
#include "../support/two_tensors.hpp"

namespace meta_slot_test {

namespace {

using namespace halo;
using problem = support::two_tensors<double>;
using program = support::learned_rate;
using slot = meta::task_slot<program, problem>;
using rule = learned::optimizer<program, double>;

rule with_rate(double log_rate) { return rule(std::span<double const>(&log_rate, 1)); }

/// θ after so many steps of momentum, and the average that is scored.
struct course {
  std::vector<double> theta = std::vector<double>(6), average, m = std::vector<double>(6, 0.0);
  optim::selection select = optim::selection::dense();
  seed draws;
  explicit course(seed s) : draws(s) {
    problem().start(s, theta.data());
    average = theta;
  }
  void go(double rate, std::uint64_t from, std::uint64_t to) {
    std::vector<double> g(6);
    for (std::uint64_t t = from; t < to; ++t) {
      problem().value_and_gradient(task::part::train, t, theta.data(), g.data());
      double const share = std::max(1.0 / 150, 1 / (1 + static_cast<double>(t) / 8));
      layer_mask const mask = select.draw(generator(draws, 0x6d61736b), t, 2);
      for (std::size_t k = 0; k < 6; ++k) {
        if (mask[k / 5]) {  // five weights in layer 0, a bias in layer 1
          m[k] = m[k] / 2 + g[k];
          theta[k] -= rate * m[k];
        }
        average[k] += share * (theta[k] - average[k]);
      }
    }
  }
};

}  // namespace

TEST_CASE("slot: an evaluated run is a plain loop, scored on its way") {
  slot s(problem{}, 1);
  std::uint64_t const at[] = {3, 10, 400};
  auto const scores = s.evaluate(with_rate(-4), seed{5}, at);
  REQUIRE(scores.size() == 3);
  course c(seed{5});
  std::uint64_t before = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    CAPTURE(at[k]);
    c.go(std::exp(-4.0), before, at[k]);
    before = at[k];
    double loss = 0;
    for (std::uint64_t b = 0; b < 16; ++b)
      loss += problem().value_and_gradient(task::part::held_out, b, c.average.data(), nullptr) / 16;
    CHECK(scores[k].finite);
    CHECK(scores[k].loss == doctest::Approx(loss).epsilon(1e-12));
    CHECK(scores[k].accuracy ==
          doctest::Approx(problem().accuracy(c.average.data())).epsilon(1e-12));
    CHECK(scores[k].raw_accuracy ==
          doctest::Approx(problem().accuracy(c.theta.data())).epsilon(1e-12));
    CHECK(scores[k].accuracy != scores[k].raw_accuracy);
  }
}

TEST_CASE("slot: an evaluated run draws its layers, empty iterations included") {
  auto const half = optim::selection::uniform(0.5);
  slot s(problem{}, 1, half);
  std::uint64_t const at[] = {40};
  auto const found = s.evaluate(with_rate(-4), seed{5}, at)[0];
  course c(seed{5});
  c.go(std::exp(-4.0), 0, 40);
  CHECK(found.accuracy != doctest::Approx(problem().accuracy(c.average.data())));
  course masked(seed{5});
  masked.select = half;
  masked.go(std::exp(-4.0), 0, 40);
  CHECK(found.finite);
  CHECK(found.accuracy == doctest::Approx(problem().accuracy(masked.average.data())));
  CHECK(found.raw_accuracy == doctest::Approx(problem().accuracy(masked.theta.data())));
}

TEST_CASE("slot: judging leaves the run alone") {
  slot quiet(problem{}, 4), evaluated(problem{}, 4);
  std::vector<double> a(1, 0.0), b(1, 0.0);
  std::uint64_t const at[] = {5};
  meta::meta_loss const kind;
  quiet.restart(with_rate(-4), seed{1}, 100);
  evaluated.restart(with_rate(-4), seed{1}, 100);
  for (int i = 0; i < 3; ++i) {
    quiet.window(with_rate(-4), 4, kind, a);
    evaluated.window(with_rate(-4), 4, kind, b);
    (void)evaluated.evaluate(with_rate(-3), seed{2}, at);
  }
  CHECK(a == b);
  CHECK(a[0] != 0);
  CHECK(evaluated.iteration() == 12);
  CHECK(evaluated.horizon() == 100);
}

TEST_CASE("slot: a run that breaks scores nothing from there on") {
  slot s(problem{.breaks = 20}, 1);
  std::uint64_t const at[] = {10, 30, 50};
  auto const scores = s.evaluate(with_rate(-4), seed{5}, at);
  REQUIRE(scores.size() == 3);
  CHECK(scores[0].finite);
  CHECK(scores[0].accuracy > 0);
  for (std::size_t k : {1U, 2U}) {
    CHECK(!scores[k].finite);
    CHECK(scores[k].accuracy == 0);
    CHECK(scores[k].raw_accuracy == 0);
  }
}

TEST_CASE("slot: its windows leave layers out as it was told") {
  double const only_first[] = {1.0, 0.0};
  slot s(problem{}, 4, optim::selection::custom(only_first));
  std::vector<double> start(6), none(1, 0.0);
  problem().start(seed{1}, start.data());
  s.restart(with_rate(-4), seed{1}, 100);
  s.window(with_rate(-4), 4, {}, none);
  std::vector<double> theta;
  meta::place<program, double> here{&s, true};
  walk(here, [&]<class V>(field_path const& path, recorded_field<V> const& field) {
    if constexpr (std::same_as<std::remove_const_t<V>, double>)
      if (path.name == "theta") theta.assign(field.values.begin(), field.values.end());
  });
  REQUIRE(theta.size() == 6);
  CHECK(theta[4] != start[4]);
  CHECK(theta[5] == start[5]);
}

TEST_CASE("slot: its identity names the task's size") {
  slot s(problem{}, 1);
  auto const identity = io::identity_of(meta::place<program, double>{&s, false});
  CHECK(identity.starts_with("parameters = 6\nrows = 1000\n"));
}

}  // namespace meta_slot_test
