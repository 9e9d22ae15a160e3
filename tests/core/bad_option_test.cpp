// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/bad_option.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string_view>

namespace core_bad_option_test {

using namespace halo;

namespace {

struct inner {
  float momentum = 0.9F;
  static constexpr void record(auto& self, auto&& f) {
    f.option("momentum", self.momentum, allowed::below_one());
  }
};
struct outer {
  double rate = 0.1;
  inner part{};
  double mean = std::nan("");  // state: no range of an option
  static constexpr void record(auto& self, auto&& f) {
    f.option("rate", self.rate, allowed::positive());
    f.part("inner", self.part);
    f.number("mean", self.mean);
  }
};

struct counting_visitor {
  static constexpr bool nameless = true;
  std::size_t letters = 0, fields = 0;
  void operator()(field_path const& path, auto const&) {
    path.each([&](std::string_view name) { letters += name.size(); });
    ++fields;
  }
};

static_assert(!first_bad_option(inner{}));
static_assert(first_bad_option(inner{.momentum = 1}));

}  // namespace

TEST_CASE("bad_option: says which option it is, what it was and what it may be") {
  CHECK_FALSE(first_bad_option(outer{}));
  auto const bad = first_bad_option(outer{.part = {.momentum = 1.5F}});
  REQUIRE(bad);
  CHECK(std::string_view(bad->path.data()) == "inner.momentum");
  CHECK(bad->found == 1.5);
  CHECK(bad->range == allowed::below_one());
}

TEST_CASE("bad_option: of several the first") {
  auto const bad = first_bad_option(outer{.rate = 0, .part = {.momentum = 1.5F}});
  REQUIRE(bad);
  CHECK(std::string_view(bad->path.data()) == "rate");
}

TEST_CASE("bad_option: whether there is one is asked without names") {
  counting_visitor visitor;
  outer const value;
  walk(value, visitor);
  CHECK(visitor.fields > 0);
  CHECK(visitor.letters == 0);
}

}  // namespace core_bad_option_test
