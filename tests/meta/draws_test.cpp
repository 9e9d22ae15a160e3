// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/draws.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>

namespace meta_draws_test {

namespace {
using namespace halo;
}

TEST_CASE("draws: lengths are log-uniform within their bounds") {
  meta::training o;
  o.shortest_window = 20;
  o.longest_window = 80;
  o.shortest_run = 100;
  o.longest_run = 10000;
  o.draws = seed{4};
  meta::draws const chance(o);
  std::size_t low = 0, low_runs = 0;
  std::set<std::size_t> windows;
  for (std::uint64_t u = 0; u < 1000; ++u) {
    std::size_t const n = chance.window(u);
    std::uint64_t const h = chance.horizon(3, u);
    CHECK(n >= 20);
    CHECK(n <= 80);
    CHECK(h >= 100);
    CHECK(h <= 10000);
    windows.insert(n);
    low += n < 40 ? 1U : 0U;  // half of them, 4 deviations: 0.064
    low_runs += h < 1000 ? 1U : 0U;
  }
  CHECK(windows.size() > 50);
  CHECK(low > 436);
  CHECK(low < 564);
  CHECK(low_runs > 436);
  CHECK(low_runs < 564);
}

TEST_CASE("draws: bounds that agree leave no choice") {
  meta::training o;
  for (std::size_t n = 1; n < 200; ++n) {
    o.shortest_window = o.longest_window = n;
    o.shortest_run = o.longest_run = n;
    CHECK(meta::draws(o).window(n) == n);
    CHECK(meta::draws(o).horizon(2, n) == n);
  }
}

TEST_CASE("draws: places, runs and seeds have their own") {
  meta::training o;
  std::set<std::uint64_t> starts;
  for (std::uint64_t s = 0; s < 3; ++s) {
    o.draws = seed{s};
    for (std::size_t place = 0; place < 5; ++place)
      for (std::uint64_t run = 0; run < 5; ++run)
        starts.insert(meta::draws(o).start(place, run).value);
  }
  CHECK(starts.size() == 75);
}

TEST_CASE("draws: perturbations are standard normal and never the same") {
  meta::training o;
  meta::draws const chance(o);
  std::set<double> seen;
  double sum = 0, square = 0;
  for (std::size_t place = 0; place < 4; ++place) {
    for (std::uint64_t update = 0; update < 50; ++update) {
      for (std::size_t k = 0; k < 10; ++k) {
        double const x = chance.perturbation(place, update, 10, k);
        seen.insert(x);
        sum += x;
        square += x * x;
      }
    }
  }
  CHECK(seen.size() > 1990);
  CHECK(std::abs(sum / 2000) < 0.09);
  CHECK(square / 2000 == doctest::Approx(1).epsilon(0.13));
}

}  // namespace meta_draws_test
