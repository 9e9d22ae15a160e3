// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/budget.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <set>
#include <string>

#include <halo/core/options.hpp>

namespace adapt_budget_test {

using namespace halo;
using adapt::stop;

TEST_CASE("budget: nothing is limited unless somebody says so, but steps that are not finite") {
  constexpr adapt::budget b;
  static_assert(b.iterations == adapt::budget::unlimited);
  static_assert(b.operations == adapt::budget::unlimited);
  CHECK(b.seconds > 1e300);
  static_assert(!b.accuracy && !b.loss && b.patience == adapt::budget::unlimited);
  static_assert(!b.evaluates());
  static_assert(!first_bad_option(b));
  CHECK(b.non_finite == 20);
}

TEST_CASE("budget: every reason has words of its own") {
  std::set<std::string> words;
  for (stop s : {stop::iterations, stop::operations, stop::time, stop::accuracy, stop::loss,
                 stop::patience, stop::non_finite, stop::observer, stop::refused, stop::energy}) {
    words.insert(adapt::text(s));
  }
  CHECK(words.size() == 10);
  CHECK(words.count("") == 0);
  CHECK(std::string(adapt::text(stop::accuracy)) == "target accuracy reached");
}

TEST_CASE("budget: a goal needs held-out examples, a limit none") {
  static_assert(adapt::budget{.accuracy = 0.9}.evaluates());
  static_assert(adapt::budget{.loss = 0.1}.evaluates());
  static_assert(adapt::budget{.patience = 5}.evaluates());
  static_assert(!adapt::budget{.iterations = 5, .operations = 7, .seconds = 1}.evaluates());
}

TEST_CASE("budget: every option has a range") {
  auto const name = [](adapt::budget const& b) {
    auto const bad = first_bad_option(b);
    return std::string(bad ? bad->path.data() : "");
  };
  double const nan = std::numeric_limits<double>::quiet_NaN();
  for (double const x : {-1.0, nan}) {
    CHECK(name({.seconds = x}) == "seconds");
    CHECK(name({.joules = x}) == "joules");
    CHECK(name({.accuracy = x}) == "accuracy");
  }
  CHECK(name({.seconds = 0}) == "");
  CHECK(name({.accuracy = 1.01}) == "accuracy");
  CHECK(name({.loss = nan}) == "loss");
  CHECK(name({.loss = -7.0}) == "");
  CHECK(name({.patience = 0}) == "patience");
  CHECK(name({.evaluate_every = 0}) == "evaluate_every");
  CHECK(name({.non_finite = 0}) == "non_finite");
}

}  // namespace adapt_budget_test
