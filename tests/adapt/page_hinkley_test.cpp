// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/page_hinkley.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include <halo/core/random.hpp>

#include "../support/data.hpp"
#include "../support/unrecorded.hpp"

namespace adapt_page_hinkley_test {

using namespace halo;

TEST_CASE("page_hinkley: as the sums over all values say") {
  generator g(seed{5});
  adapt::page_hinkley drift({.tolerance = 0.1, .threshold = 1e9});
  std::vector<double> values;
  for (int n = 0; n < 50; ++n) {
    values.push_back(static_cast<double>(g.normal()));
    drift.add(values.back());
    double sum = 0, least = 0, all = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      all += values[i];
      sum += values[i] - all / static_cast<double>(i + 1) - 0.1;
      least = std::min(least, sum);
    }
    CHECK(drift.risen() == doctest::Approx(sum - least));
  }
}

TEST_CASE("page_hinkley: a rise is told soon, a fall never, and steady values hardly ever") {
  int early = 0, told = 0, fallen = 0;
  double delay = 0;
  constexpr int runs = 100;
  for (std::uint64_t s = 0; s < runs; ++s) {
    generator g(seed{s});
    adapt::page_hinkley rising({.tolerance = 0.1, .threshold = 10}), falling = rising;
    auto const noise = [&g] { return 0.3 * static_cast<double>(g.normal()); };
    for (int i = 0; i < 1000; ++i) {
      early += rising.add(1 + noise()) ? 1 : 0;
      fallen += falling.add(1 + noise()) ? 1 : 0;
    }
    for (int i = 0; i < 300; ++i) fallen += falling.add(0.3 + noise()) ? 1 : 0;
    for (int i = 0; i < 100; ++i) {
      if (!rising.add(1.7 + noise())) continue;
      ++told;
      delay += i;
      break;
    }
  }
  CHECK(early == 0);
  CHECK(fallen == 0);
  CHECK(told == runs);
  CHECK(delay / runs == doctest::Approx(10 / 0.6).epsilon(0.3));
}

TEST_CASE("page_hinkley: it begins anew behind a drift, and leaves out what is not finite") {
  adapt::page_hinkley drift({.threshold = 1, .warm_up = 3});
  CHECK_FALSE(drift.add(0));
  CHECK_FALSE(drift.add(std::nan("")));
  CHECK_FALSE(drift.add(100));
  CHECK_FALSE(drift.add(100));
  CHECK(drift.count() == 3);
  CHECK(drift.add(100));
  CHECK(drift.count() == 0);
  CHECK(support::unrecorded_bytes(drift) == support::no_unrecorded_bytes);
  CHECK(support::message_of<error>([] {
          adapt::page_hinkley(adapt::page_hinkley_options{.threshold = 0});
        }) == "page_hinkley: threshold: expected a number above 0, found 0");
}

TEST_CASE("page_hinkley: the largest numbers there are leave it able to tell") {
  double const huge = std::numeric_limits<double>::max();
  adapt::page_hinkley drift({.threshold = 1, .warm_up = 3});
  int told = 0;
  for (int t = 0; t < 100; ++t) {
    told += drift.add(t % 2 == 0 ? -huge : huge) ? 1 : 0;
    CHECK(std::isfinite(drift.risen()));
    CHECK(std::isfinite(drift.mean()));
  }
  CHECK(told > 10);
  adapt::page_hinkley never({.tolerance = huge});
  for (int t = 0; t < 10; ++t) {
    CHECK_FALSE(never.add(t));
    CHECK(std::isfinite(never.risen()));
  }
}

TEST_CASE("page_hinkley: the largest count that a file may have leaves it able to tell") {
  adapt::page_hinkley drift({.threshold = 1, .warm_up = 3});
  walk(drift, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    if constexpr (std::is_same_v<T, std::uint64_t>)
      if (path.name == "count")
        field.values[0] = field.range.high < 0x1p64 ? static_cast<std::uint64_t>(field.range.high)
                                                    : std::numeric_limits<std::uint64_t>::max();
  });
  bool told = false;
  for (int t = 0; t < 100; ++t) told = told || drift.add(5);
  CHECK(told);
  CHECK(std::isfinite(drift.mean()));
}

}  // namespace adapt_page_hinkley_test
