// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/budget.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace halo;
using adapt::stop;

TEST_CASE("budget: nothing is limited unless somebody says so, but steps that are not finite") {
  constexpr adapt::budget b;
  static_assert(b.iterations == adapt::budget::unlimited);
  static_assert(b.operations == adapt::budget::unlimited);
  CHECK(b.seconds > 1e300);
  CHECK(b.accuracy > 1.0);
  CHECK(b.non_finite == 20);
}

TEST_CASE("budget: every reason has words of its own") {
  std::set<std::string> words;
  for (stop s :
       {stop::iterations, stop::operations, stop::time, stop::accuracy, stop::non_finite}) {
    words.insert(adapt::text(s));
  }
  CHECK(words.size() == 5);
  CHECK(words.count("") == 0);
  CHECK(std::string(adapt::text(stop::accuracy)) == "target accuracy reached");
}
