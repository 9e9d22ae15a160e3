// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/batches.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "../support/data.hpp"

using namespace halo;

namespace {

data::dataset numbered(std::size_t rows) {
  data::dataset d = data::make_dataset(rows, 3, 5);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < 3; ++j) d.x(i, j) = static_cast<float>(3 * i + j);
    d.y(i) = static_cast<std::int32_t>(i % 5);
  }
  return d;
}

// Row numbers in the order in which one walk gives them; checks that the rows are whole.
std::vector<std::size_t> walk(data::batches& source, std::vector<std::size_t>* sizes = nullptr) {
  std::vector<std::size_t> seen;
  for (auto [x, y] : source) {
    if (sizes != nullptr) sizes->push_back(y.size());
    CHECK(x.shape()[0] == y.size());
    CHECK(x.shape()[1] == 3);
    for (std::size_t i = 0; i < y.size(); ++i) {
      auto const row = static_cast<std::size_t>(x(i, 0)) / 3;
      CHECK(x(i, 2) == static_cast<float>(3 * row + 2));
      CHECK(y[i] == static_cast<std::int32_t>(row % 5));
      seen.push_back(row);
    }
  }
  return seen;
}

bool is_permutation(std::vector<std::size_t> rows, std::size_t n) {
  std::vector<bool> seen(n);
  for (std::size_t r : rows) {
    if (r >= n || seen[r]) return false;
    seen[r] = true;
  }
  return rows.size() == n;
}

}  // namespace

TEST_CASE("batches: an epoch has every row once, epochs differ, seeds decide") {
  data::dataset const d = numbered(50);
  data::batches source(d, 8, seed{1});
  CHECK(source.per_epoch() == 7);
  std::vector<std::size_t> sizes;
  auto const first = walk(source, &sizes);
  CHECK(sizes == std::vector<std::size_t>{8, 8, 8, 8, 8, 8, 2});
  CHECK(is_permutation(first, 50));
  auto const second = walk(source);
  CHECK(source.epoch() == 1);
  CHECK(is_permutation(second, 50));
  CHECK(first != second);

  data::batches again(d, 8, seed{1});
  CHECK(walk(again) == first);
  CHECK(walk(again) == second);
  data::batches other(d, 8, seed{2});
  CHECK(walk(other) != first);
  again.seek(1);
  CHECK(walk(again) == second);
}

TEST_CASE("batches: dropping the remainder") {
  data::dataset const d = numbered(50);
  data::batches source(d, 8, seed{1}, data::remainder::drop);
  CHECK(source.per_epoch() == 6);
  std::vector<std::size_t> sizes;
  CHECK(walk(source, &sizes).size() == 48);
  CHECK(sizes == std::vector<std::size_t>(6, 8));
}

TEST_CASE("batches: sizes around the number of rows") {
  for (std::size_t rows : {1U, 2U, 7U, 8U, 9U, 16U}) {
    data::dataset const d = numbered(rows);
    for (std::size_t size : {1U, 7U, 8U, 100U}) {
      data::batches source(d, size, seed{4});
      CHECK(is_permutation(walk(source), rows));
    }
  }
}

TEST_CASE("batches: next() runs through epoch after epoch in the order of the walks") {
  data::dataset const d = numbered(10);
  data::batches walks(d, 4, seed{6});
  std::vector<std::size_t> expected = walk(walks);
  for (std::size_t row : walk(walks)) expected.push_back(row);
  data::batches source(d, 4, seed{6});
  std::vector<std::size_t> seen;
  while (seen.size() < 20) {
    data::batch const b = source.next();
    CHECK((b.rows() == 4 || b.rows() == 2));
    for (std::size_t i = 0; i < b.rows(); ++i)
      seen.push_back(static_cast<std::size_t>(b.x(i, 0)) / 3);
  }
  CHECK(seen == expected);
}

TEST_CASE("batches: leaving a walk early starts the next epoch") {
  data::dataset const d = numbered(10);
  data::batches source(d, 4, seed{6});
  for (auto const& b : source) {
    CHECK(b.rows() == 4);
    break;
  }
  CHECK(source.epoch() == 0);
  CHECK(is_permutation(walk(source), 10));
  CHECK(source.epoch() == 1);
}

TEST_CASE("batches: a batch is made in place, from memory allocated once") {
  data::dataset const d = numbered(20);
  data::batches source(d, 8, seed{6});
  data::batch const a = source.next();
  float const* const where = a.x.data();
  CHECK(reinterpret_cast<std::uintptr_t>(where) % alignment == 0);
  for (int i = 0; i < 10; ++i) CHECK(source.next().x.data() == where);
}

TEST_CASE("batches: a temporary dataset does not compile, a temporary walk works") {
  static_assert(!std::is_constructible_v<data::batches, data::dataset, std::size_t, seed>);
  static_assert(std::is_constructible_v<data::batches, data::dataset const&, std::size_t, seed>);
  data::dataset const d = numbered(5);
  std::size_t rows = 0;
  for (auto [x, y] : data::batches(d, 2, seed{1})) rows += y.size() * x.shape()[1] / 3;
  CHECK(rows == 5);
}

TEST_CASE("batches: sizes that make no sense") {
  data::dataset const d = numbered(5);
  data::dataset const none;
  auto const says = [](auto&& call) { return tests::message_of<error>(call); };
  CHECK(says([&] { data::batches b(d, 0, seed{1}); }) ==
        "batches: size: expected at least 1, found 0");
  CHECK(says([&] { data::batches b(none, 4, seed{1}); }) ==
        "batches: rows: expected at least 1, found 0");
  CHECK(says([&] { data::batches b(d, 6, seed{1}, data::remainder::drop); }) ==
        "batches: rows: expected at least 6, found 5");
}

TEST_CASE("batches: sizes that change from one to the next, every row once an epoch all the same") {
  data::dataset const d = numbered(50);
  for (auto const policy : {data::remainder::keep, data::remainder::drop}) {
    data::batches source(d, 16, seed{1}, policy), order(d, 1, seed{1}, policy);
    std::size_t const asked[] = {3, 16, 40, 1, 0, 9};  // at most 16, at least 1
    std::vector<std::size_t> seen;
    for (std::size_t i = 0; i < 40; ++i) {
      std::size_t const n = asked[i % 6] > 16 ? 16 : asked[i % 6] == 0 ? 1 : asked[i % 6];
      std::size_t const left = 50 - seen.size();
      bool const fits = left >= n || (policy == data::remainder::keep && left > 0);
      if (!fits) {
        if (policy == data::remainder::keep) CHECK(is_permutation(seen, 50));
        for (std::size_t skipped = 0; skipped < left; ++skipped) order.next();
        seen.clear();
      }
      data::batch const b = source.next(asked[i % 6]);
      CHECK(b.rows() == (fits ? std::min(n, left) : n));
      for (std::size_t r = 0; r < b.rows(); ++r) {
        CHECK(b.x(r, 0) == order.next().x(0, 0));
        seen.push_back(static_cast<std::size_t>(b.x(r, 0)) / 3);
      }
    }
    CHECK(source.epoch() >= 3);
  }
}
