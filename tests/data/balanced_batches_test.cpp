// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/balanced_batches.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <halo/core/record.hpp>

#include "../support/data.hpp"

namespace data_balanced_batches_test {

using namespace halo;

namespace {

/// Nine rows in ten are of class 0; class 1 has no row.
data::dataset skewed(std::size_t rows) {
  data::dataset d = data::make_dataset(rows, 2, 4);
  for (std::size_t i = 0; i < rows; ++i) {
    d.x(i, 0) = static_cast<float>(i);
    d.x(i, 1) = -static_cast<float>(i);
    d.y(i) = i % 20 == 0 ? 2 : i % 20 == 10 ? 3 : 0;
  }
  return d;
}

std::vector<float> firsts(data::batch<> const& b) {
  std::vector<float> values;
  for (std::size_t i = 0; i < b.rows(); ++i) values.push_back(b.x(i, 0));
  return values;
}

}  // namespace

TEST_CASE("balanced_batches: all classes with rows alike, all rows of a class alike") {
  data::dataset const d = skewed(100);
  data::balanced_batches stream(d, 64, seed{1});
  std::array<int, 4> classes{};
  std::vector<int> of(100);
  constexpr int batches = 3000;
  for (int i = 0; i < batches; ++i) {
    data::batch<> const b = stream.next();
    CHECK(b.rows() == 64);
    for (std::size_t r = 0; r < b.rows(); ++r) {
      auto const row = static_cast<std::size_t>(b.x(r, 0));
      ++of[row];
      ++classes[static_cast<std::size_t>(b.y[r])];
      REQUIRE(b.y[r] == d.y(row));
      REQUIRE(b.x(r, 1) == -b.x(r, 0));
    }
  }
  int const third = batches * 64 / 3;  // 64000, deviation 207
  CHECK(classes[1] == 0);
  for (std::size_t const c : {0U, 2U, 3U}) CHECK(std::abs(classes[c] - third) < 1100);
  for (std::size_t i = 0; i < 100; ++i) {
    int const expected = third / (d.y(i) == 0 ? 90 : 5);
    CHECK(std::abs(of[i] - expected) < expected / 4);
  }
}

TEST_CASE("balanced_batches: the seed decides, smaller batches draw the same rows") {
  data::dataset const d = skewed(60);
  data::balanced_batches a(d, 8, seed{2});
  data::balanced_batches b(d, 8, seed{2});
  data::balanced_batches other(d, 8, seed{3});
  auto const first = firsts(a.next());
  CHECK(first != firsts(other.next()));
  auto parts = firsts(b.next(3));
  for (float v : firsts(b.next(5))) parts.push_back(v);
  CHECK(parts == first);
  CHECK(b.next(0).rows() == 1);
  CHECK(b.next(99).rows() == 8);
}

TEST_CASE("balanced_batches: a stream that is resumed draws what it would have drawn") {
  data::dataset const d = skewed(60);
  data::balanced_batches whole(d, 8, seed{2});
  for (int i = 0; i < 5; ++i) static_cast<void>(whole.next());
  data::balanced_batches resumed(d, 8, seed{2});
  std::uint64_t draws = 0;
  walk(whole, [&](field_path const&, auto field) {
    if (field.is_state()) draws = static_cast<std::uint64_t>(field.values[0]);
  });
  CHECK(draws == 80);
  walk(resumed, [&]<class T>(field_path const&, recorded_field<T> field) {
    if constexpr (!std::is_const_v<T>) field.values[0] = static_cast<T>(draws);
  });
  CHECK(firsts(resumed.next()) == firsts(whole.next()));
}

TEST_CASE("balanced_batches: follows a dataset that gains or loses rows") {
  data::dataset d = skewed(20);
  data::balanced_batches stream(d, 64, seed{2});
  CHECK(stream.rows() == 20);
  d = skewed(200);
  CHECK(stream.rows() == 200);
  auto const more = firsts(stream.next());
  CHECK(*std::max_element(more.begin(), more.end()) >= 20);
  d = skewed(5);
  for (int i = 0; i < 5; ++i) {
    auto const fewer = firsts(stream.next());
    CHECK(*std::max_element(fewer.begin(), fewer.end()) < 5);
  }
  d = skewed(0);
  CHECK(support::message_of<error>([&] { static_cast<void>(stream.next()); }) ==
        "balanced_batches: rows: expected at least 1, found 0");
  d = data::make_dataset(5, 3, 2);
  CHECK(support::message_of<error>([&] { static_cast<void>(stream.next()); }) ==
        "balanced_batches: features: expected 2, found 3");
  CHECK(support::message_of<error>([&] { data::balanced_batches const b(d, 0, seed{1}); }) ==
        "balanced_batches: size: expected at least 1, found 0");
}

}  // namespace data_balanced_batches_test
