// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/options.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string>

namespace core_options_test {

using namespace halo;

namespace {

struct inner {
  float momentum = 0.9F;
  static constexpr void record(auto& self, auto&& f) {
    f.option("momentum", self.momentum, allowed::below_one());
  }
};

struct rule {
  float rate = 0.1F;
  inner part{};
  std::array<double, 3> shares{0, 0.5, 1};
  double norm = std::numeric_limits<double>::infinity();
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "rule");
    f.option("rate", self.rate, allowed::positive());
    f.part("inner", self.part);
    f.options("shares", std::span(self.shares), allowed::share());
    f.option("norm", self.norm, allowed::positive_or_infinite());
  }
};
static_assert(!first_bad_option(rule{}));
static_assert(first_bad_option(rule{.rate = -1}));

struct long_name {
  float x = -1;
  static constexpr void record(auto& self, auto&& f) {
    f.option(
        "a_name_that_goes_on_and_on_until_it_is_longer_than_any_place_that_anybody_would_keep_"
        "for_it",
        self.x, allowed::positive());
  }
};

std::string message_of(rule const& r) {
  try {
    check_options(r, "rule");
  } catch (halo::error const& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("options: the first one out of its range is named with what is allowed") {
  CHECK(message_of({}).empty());
  CHECK(message_of({.rate = -0.1F}) == "rule: rate: expected a number above 0, found -0.100000001");
  CHECK(message_of({.part = {.momentum = 1}}) ==
        "rule: inner.momentum: expected a number from 0 below 1, found 1");
  CHECK(message_of({.shares = {0, 0, 1.5}}) ==
        "rule: shares: expected a number from 0 to 1, found 1.5");
  CHECK(message_of({.norm = 0}) == "rule: norm: expected a number (or infinity) above 0, found 0");
  CHECK(message_of({.rate = std::nanf("")}).find("found nan") != std::string::npos);
}

TEST_CASE("options: a path longer than its place is cut, not overrun") {
  auto const bad = first_bad_option(long_name{});
  REQUIRE(bad);
  CHECK(std::string(bad->path.data()).size() == bad->path.size() - 1);
}

}  // namespace core_options_test
