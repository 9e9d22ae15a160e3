// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/weighted_batches.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../support/allocation.hpp"
#include "../support/data.hpp"

namespace data_weighted_batches_test {

using namespace halo;

namespace {

data::regression weighted(std::vector<float> weights) {
  data::regression d = data::make_regression(weights.size(), 1, 1);
  for (std::size_t i = 0; i < d.rows(); ++i) d.x(i, 0) = d.y(i, 0) = static_cast<float>(i);
  d.weights = std::move(weights);
  return d;
}

std::string message(std::vector<float> weights, std::size_t rows) {
  data::regression d = weighted(std::vector<float>(rows, 1.0F));
  d.weights = std::move(weights);
  return support::message_of<error>([&] { data::weighted_batches(d, 4, seed{1}); });
}

}  // namespace

TEST_CASE("weighted_batches: rows as often as their weights say, none of weight 0") {
  data::regression const d = weighted({0, 1, 0, 5, 2, 0});
  data::weighted_batches stream(d, 50, seed{3});
  std::array<int, 6> counts{};
  for (int i = 0; i < 400; ++i) {
    auto const b = stream.next();
    for (std::size_t r = 0; r < b.rows(); ++r) {
      ++counts[static_cast<std::size_t>(b.x(r, 0))];
      CHECK(b.y[r] == b.x(r, 0));
    }
  }
  CHECK(counts[0] + counts[2] + counts[5] == 0);
  // 20,000 draws: five standard deviations are under 350
  CHECK(std::abs(counts[1] - 2500) < 350);
  CHECK(std::abs(counts[3] - 12500) < 350);
  CHECK(std::abs(counts[4] - 5000) < 350);
}

TEST_CASE("weighted_batches: one that is resumed goes on; a batch allocates nothing") {
  data::regression const d = weighted({1, 2, 3, 4});
  data::weighted_batches a(d, 8, seed{1}), b(d, 8, seed{1});
  static_cast<void>(a.next());
  static_cast<void>(b.next());
  auto const x = a.next(5);
  auto const y = b.next(5);
  CHECK(x.rows() == 5);
  CHECK(std::vector<float>(x.y.begin(), x.y.end()) == std::vector<float>(y.y.begin(), y.y.end()));
  if (support::allocations_are_counted())
    CHECK(support::allocations_of([&] { static_cast<void>(a.next()); }) == 0);
}

TEST_CASE("weighted_batches: weights that are none") {
  std::string const begin = "weighted_batches: ";
  CHECK(message({}, 2) == begin + "weights: expected 2, one a row, found 0");
  CHECK(message({1, 2, 3}, 2) == begin + "rows of weights: expected 2 as x has, found 3");
  CHECK(message({1, -1}, 2) ==
        begin + "weight of row 1: expected a finite number of at least 0, found -1.000000");
  CHECK(message({std::numeric_limits<float>::infinity(), 1}, 2) ==
        begin + "weight of row 0: expected a finite number of at least 0, found inf");
  CHECK(message({0, 0}, 2) == begin + "weights: expected one above 0, found none");
  data::regression const d = weighted({1});
  CHECK(support::message_of<error>([&] { data::weighted_batches(d, 0, seed{1}); }) ==
        begin + "size: expected at least 1, found 0");
}

}  // namespace data_weighted_batches_test
