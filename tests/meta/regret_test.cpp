// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/regret.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "../support/data.hpp"

namespace meta_regret_test {

using namespace halo;

namespace {

/// A place whose errors are written down: the arm's number, less after more steps.
struct written : meta::problem<int> {
  using meta::problem<int>::problem;
  std::size_t available() const override { return 60; }
  std::vector<meta::standing> run(any_rule const& rule, meta::episode const& e,
                                  std::span<std::uint64_t const> at) const override {
    std::vector<meta::standing> all;
    for (std::uint64_t const t : at) {
      double error = t == 0 ? 0.25 : 0.1 * std::get<0>(rule) + 1 / static_cast<double>(t);
      if (!e.told) error += 0.05;
      if (e.head_alone) error += 0.02;
      if (t == e.horizon && e.horizon == 10) error -= 0.01;  // who ends there
      all.push_back({error, error + 0.01, error});
    }
    return all;
  }
};
using arm = meta::arm<int>;
std::vector<std::shared_ptr<meta::problem<int> const>> two_families() {
  return {std::make_shared<written>("a", meta::origin::kept_head),
          std::make_shared<written>("b", meta::origin::nothing)};
}
constexpr auto silent = [](std::size_t, std::size_t) {};

}  // namespace

TEST_CASE("regret: means, worst cells, origins, horizons, and points below the start") {
  std::vector<arm> const arms{{.name = "one", .rule = 1},
                              {.name = "two", .rule = 2},
                              {.name = "ours", .rule = 0, .of_grid = false}};
  meta::regret_options const o{.horizons = {10, 100}, .rows = {20, 50, 500}, .seeds = 2};
  std::size_t runs = 0;
  auto const table = meta::compare(arms, two_families(), o, [&](std::size_t done, std::size_t all) {
    CHECK(done == ++runs);
    CHECK(all == 2 * 2 * 2 * 3);  // problems, rows that there are, seeds, arms
  });
  REQUIRE(table.cells.size() == 2 * 2 * 2);
  auto const one = table.line(0), two = table.line(1), ours = table.line(2);
  CHECK(one.mean == doctest::Approx(0));
  CHECK(two.mean == doctest::Approx(10));
  CHECK(two.raw == doctest::Approx(10));
  CHECK(two.worst == doctest::Approx(10));
  CHECK(two.by_horizon[1] == doctest::Approx(10));
  CHECK(two.by_origin[0] == doctest::Approx(10));
  CHECK(std::isnan(two.by_origin[1]));
  CHECK(ours.mean == 0);  // better than all of the grid is no regret, and no credit
  CHECK(table.gain(2, 0) == doctest::Approx(10));
  // the start has 0.26 raw; at 10 steps two has 0.2 + 0.1 + 0.01 raw
  CHECK(two.below_start == doctest::Approx(5));
  CHECK(two.cells_below == 2);  // two numbers of rows at 10 steps; 0.22 at 100
  CHECK(one.cells_below == 0);
  for (auto const& c : table.cells) CHECK(table.best(c) == 0);  // ours is better, but of no grid
  CHECK(table.lines()[0].name == "one");
  CHECK(table.lines()[2].name == "two");
}

TEST_CASE("regret: arms by horizon run once for each; what is told and what learns is handed on") {
  std::vector<arm> const arms{{.name = "plain", .rule = 1},
                              {.name = "by horizon", .rule = 1, .by_horizon = true},
                              {.name = "untold", .rule = 1, .told = false},
                              {.name = "head", .rule = 1, .head_alone = true}};
  meta::regret_options const o{.horizons = {10, 100}, .rows = {20}, .seeds = 1, .threads = 3};
  auto const table = meta::compare(arms, two_families(), o, silent);
  auto const& at_10 = table.cells[0];
  CHECK(at_10.horizon == 10);
  CHECK(at_10.error[1] == doctest::Approx(at_10.error[0] - 0.01));
  CHECK(at_10.error[2] == doctest::Approx(at_10.error[0] + 0.05));
  CHECK(at_10.error[3] == doctest::Approx(at_10.error[0] + 0.02));
  CHECK(table.cells[1].error[1] == table.cells[1].error[0]);
}

TEST_CASE("regret: nothing to compare is refused") {
  std::vector<arm> const ours{{.name = "ours", .rule = 0, .of_grid = false}};
  std::vector<arm> const one{{.name = "one", .rule = 1}};
  meta::regret_options const o{.horizons = {10}, .rows = {20}, .seeds = 1};
  CHECK(support::contains(
      support::message_of<error>([&] { (void)meta::compare(ours, two_families(), o, silent); }),
      "grid"));
  auto many = o;
  many.rows = {1000};
  CHECK(support::contains(
      support::message_of<error>([&] { (void)meta::compare(one, two_families(), many, silent); }),
      "rows"));
  auto const said = [&](meta::regret_options const& how, auto const& places) {
    return support::message_of<error>([&] { (void)meta::compare(one, places, how, silent); });
  };
  auto falling = o, twice = o, none = o;
  falling.horizons = {100, 10};
  twice.horizons = {10, 10};
  none.rows = {0, 20};
  CHECK(said(falling, two_families()) == "compare: horizons: expected ascending, found 10");
  CHECK(said(twice, two_families()) == "compare: horizons: expected ascending, found 10");
  CHECK(said(none, two_families()) == "compare: rows: expected from 1, found 0");
  auto mixed = two_families();
  mixed.push_back(std::make_shared<written>("a", meta::origin::new_head));
  CHECK(said(o, mixed) == "compare: family a: expected kept head, found new head");
}

TEST_CASE("regret: an arm whose runs have no error is the worst, not the best") {
  struct failing : written {
    using written::written;
    std::vector<meta::standing> run(any_rule const& rule, meta::episode const& e,
                                    std::span<std::uint64_t const> at) const override {
      auto all = written::run(rule, e, at);
      double const none = std::nan("");
      if (std::get<0>(rule) == 3)
        for (auto& s : all) s = {none, none, none};
      return all;
    }
  };
  std::vector<arm> const arms{
      {.name = "none", .rule = 3}, {.name = "one", .rule = 1}, {.name = "two", .rule = 2}};
  std::vector<std::shared_ptr<meta::problem<int> const>> const places{
      std::make_shared<failing>("a", meta::origin::kept_head)};
  meta::regret_options const o{.horizons = {10, 100}, .rows = {20}, .seeds = 2};
  auto const table = meta::compare(arms, places, o, silent);
  for (auto const& c : table.cells) CHECK(table.best(c) == 1);
  auto const lines = table.lines();
  CHECK(lines[0].name == "one");
  CHECK(lines[2].name == "none");
  CHECK(lines[2].worst == doctest::Approx(100 * (1 - 0.11)));
  CHECK(std::isfinite(lines[2].raw));
}

}  // namespace meta_regret_test
