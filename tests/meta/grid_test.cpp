// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/grid.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "../support/small_problems.hpp"

namespace meta_grid_test {

using namespace halo;

namespace {

template <class... Rules>
std::vector<meta::arm<Rules...>> grid_for(meta::problem<Rules...> const&) {
  return meta::hand_made_grid<Rules...>();
}

}  // namespace

TEST_CASE(
    "grid: thirty arms of different names; schedules end with the run, options are in range") {
  auto const place = support::small_place("f", seed{1}, 1);
  auto const all = grid_for(*place);
  CHECK(all.size() == 30);
  std::set<std::string> names;
  std::size_t heads = 0;
  for (auto const& a : all) {
    names.insert(a.name);
    heads += a.head_alone ? 1 : 0;
    CHECK(a.of_grid);
    CHECK(a.by_horizon == std::holds_alternative<meta::cosine_adam>(a.rule));
    CHECK(std::visit([](auto const& rule) { return !first_bad_option(rule); }, a.rule));
  }
  CHECK(names.size() == 30);
  CHECK(heads == 12);
}

TEST_CASE("grid: compared on a small problem, some arms learn it and none has regret below 0") {
  auto const place = support::small_place("f", seed{1}, 2);
  meta::regret_options const o{.horizons = {10, 40}, .rows = {100}, .seeds = 1};
  auto const table = meta::compare(grid_for(*place), {place}, o, [](std::size_t, std::size_t) {});
  auto const lines = table.lines();
  CHECK(lines.front().mean >= 0);
  CHECK(lines.front().mean < 10);
  CHECK(lines.back().mean > 10);
}

}  // namespace meta_grid_test
