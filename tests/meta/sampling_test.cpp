// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/sampling.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../support/data.hpp"

namespace meta_sampling_test {

using namespace halo;

namespace {

/// A place that is only counted.
struct nowhere : meta::problem<int> {
  std::size_t rows;
  nowhere(std::string name, meta::origin o, std::size_t n)
      : meta::problem<int>(std::move(name), o), rows(n) {}
  std::size_t available() const override { return rows; }
  std::vector<meta::standing> run(any_rule const&, meta::episode const&,
                                  std::span<std::uint64_t const>) const override {
    return {};
  }
};
using list = std::vector<std::shared_ptr<meta::problem<int> const>>;

list places() {
  list all;
  for (int i = 0; i < 9; ++i)
    all.push_back(std::make_shared<nowhere>("large", meta::origin::kept_head, 5000));
  all.push_back(std::make_shared<nowhere>("small", meta::origin::kept_head, 40));
  all.push_back(std::make_shared<nowhere>("alone", meta::origin::nothing, 5000));
  return all;
}

}  // namespace

TEST_CASE("sampling: origins in turn, families alike, whatever their sizes") {
  auto const all = places();
  meta::sampler<int> const draw({.draws = seed{3}}, all);
  std::map<std::string, int> seen;
  for (std::uint64_t u = 0; u < 200; ++u)
    for (std::size_t i = 0; i < 10; ++i) ++seen[all[draw.draw(u, i).problem]->family()];
  CHECK(seen["alone"] == 1000);
  CHECK(seen["large"] > 430);
  CHECK(seen["small"] > 430);
}

TEST_CASE("sampling: horizons, rows and mini-batches as told; the same again for the same place") {
  auto const all = places();
  meta::sampling const o{.shortest_run = 10, .longest_run = 1000, .skew = 1, .untold = 0.25};
  meta::sampler<int> const draw(o, all);
  std::vector<double> horizons;
  int untold = 0;
  std::size_t most = 0;
  for (std::uint64_t u = 0; u < 2000; ++u) {
    auto const d = draw.draw(u, 7), again = draw.draw(u, 7);
    CHECK(d.problem == again.problem);
    CHECK(d.setup.draws.value == again.setup.draws.value);
    CHECK(d.setup.horizon == again.setup.horizon);
    REQUIRE(d.setup.horizon >= 10);
    REQUIRE(d.setup.horizon <= 1000);
    REQUIRE(d.setup.rows >= 10);
    REQUIRE(d.setup.rows <= all[d.problem]->available());
    REQUIRE((d.setup.batch == 16 || d.setup.batch == 32 || d.setup.batch == 64));
    horizons.push_back(static_cast<double>(d.setup.horizon));
    untold += d.setup.told ? 0 : 1;
    most = std::max(most, d.setup.rows);
  }
  std::sort(horizons.begin(), horizons.end());
  CHECK(horizons[1000] == doctest::Approx(100).epsilon(0.15));  // log-uniform: the middle
  CHECK(untold == doctest::Approx(500).epsilon(0.15));
  CHECK(most > 600);
  meta::sampler<int> const rarer({.shortest_run = 10, .longest_run = 1000, .skew = 3}, all);
  std::uint64_t sum = 0;
  for (std::uint64_t u = 0; u < 2000; ++u) sum += rarer.draw(u, 7).setup.horizon;
  CHECK(static_cast<double>(sum) / 2000 < 150);  // log-uniform has 215
}

TEST_CASE("sampling: nothing to draw from is refused") {
  auto const text = support::message_of<error>([] { meta::sampler<int>({}, {}); });
  CHECK(support::contains(text, "problems"));
  CHECK(support::contains(support::message_of<error>([] {
                            meta::sampler<int>({.shortest_run = 20, .longest_run = 10}, places());
                          }),
                          "longest"));
}

}  // namespace meta_sampling_test
