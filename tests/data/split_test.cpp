// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/split.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../support/data.hpp"

namespace data_split_test {

using namespace halo;

namespace {

data::dataset labelled(std::vector<std::size_t> const& counts) {
  std::size_t rows = 0;
  for (std::size_t n : counts) rows += n;
  data::dataset d = data::make_dataset(rows, 1, counts.size());
  std::size_t i = 0;
  for (std::size_t k = 0; k < rows; ++k) d.x(k, 0) = static_cast<float>(k);
  for (std::size_t c = 0; c < counts.size(); ++c) {
    for (std::size_t k = 0; k < counts[c]; ++k) d.y(i++) = static_cast<std::int32_t>(c);
  }
  return d;
}

bool covers(data::row_split const& s, std::size_t rows) {
  data::row_numbers all = s.train;
  all.insert(all.end(), s.test.begin(), s.test.end());
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] != i) return false;
  }
  return all.size() == rows && std::is_sorted(s.train.begin(), s.train.end()) &&
         std::is_sorted(s.test.begin(), s.test.end());
}

}  // namespace

TEST_CASE("random_rows: every row on exactly one side") {
  for (double fraction : {0.0, 0.1, 0.25, 0.5, 0.999, 1.0}) {
    data::row_split const s = data::random_rows(101, fraction, seed{5});
    CHECK(covers(s, 101));
    CHECK(s.test.size() == static_cast<std::size_t>(fraction * 101 + 0.5));
  }
  CHECK(covers(data::random_rows(0, 0.5, seed{5}), 0));
}

TEST_CASE("random_rows: the seed decides") {
  auto const a = data::random_rows(200, 0.3, seed{1});
  CHECK(a.test == data::random_rows(200, 0.3, seed{1}).test);
  CHECK(a.test != data::random_rows(200, 0.3, seed{2}).test);
}

TEST_CASE("stratified_rows: every class in proportion") {
  data::dataset const d = labelled({100, 0, 40, 7, 1});
  data::row_split const s = data::stratified_rows(d, 0.25, seed{3});
  CHECK(covers(s, d.rows()));
  CHECK(data::rows_per_class(data::select(d, s.test)) == std::vector<std::size_t>{25, 0, 10, 2, 0});
  CHECK(s.test == data::stratified_rows(d, 0.25, seed{3}).test);
  CHECK(s.test != data::stratified_rows(d, 0.25, seed{4}).test);
}

TEST_CASE("stratified_rows: a class does not disturb the others") {
  auto const a = data::stratified_rows(labelled({50, 10}), 0.4, seed{3});
  auto const b = data::stratified_rows(labelled({50, 33}), 0.4, seed{3});
  CHECK(std::equal(a.test.begin(), a.test.begin() + 20, b.test.begin()));
}

TEST_CASE("few_of_each_class: so many of every class, or all it has") {
  data::dataset const d = labelled({100, 0, 40, 7, 1});
  data::dataset const few = data::few_of_each_class(d, 5, seed{3});
  CHECK(data::rows_per_class(few) == std::vector<std::size_t>{5, 0, 5, 5, 1});
  CHECK(few.classes == d.classes);
  for (std::size_t i = 1; i < few.rows(); ++i) CHECK(few.x(i - 1, 0) < few.x(i, 0));
  CHECK(few.x == data::few_of_each_class(d, 5, seed{3}).x);
  CHECK(few.x != data::few_of_each_class(d, 5, seed{4}).x);
  CHECK(data::few_of_each_class(d, 0, seed{3}).rows() == 0);
  CHECK(data::few_of_each_class(d, 1000, seed{3}).x == d.x);
}

TEST_CASE("splits as datasets") {
  data::dataset const d = labelled({30, 30});
  for (auto const& s :
       {data::random_split(d, 0.2, seed{9}), data::stratified_split(d, 0.2, seed{9})}) {
    CHECK(s.train.rows() == 48);
    CHECK(s.test.rows() == 12);
    CHECK(s.test.classes == 2);
    for (std::size_t i = 0; i < 12; ++i) CHECK(s.test.y(i) == (s.test.x(i, 0) < 30 ? 0 : 1));
  }
}

TEST_CASE("splits: fractions that make no sense") {
  for (double bad : {-0.1, 1.1, std::nan("")}) {
    auto const m =
        support::message_of<error>([&] { static_cast<void>(data::random_rows(10, bad, seed{1})); });
    CHECK(support::contains(m, "split: test_fraction: expected a number from 0 to 1, found "));
  }
}

TEST_CASE("split: by domains that are listed or drawn, whole") {
  data::dataset d = labelled({4, 6});
  d.domains = {1, 2, 1, 3, 3, 3, 2, 7, 7, 7};
  d.weights = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  auto const listed = data::domain_split(d, {7, 2, 99});
  CHECK(listed.test.domains == std::vector<std::int32_t>{2, 2, 7, 7, 7});
  CHECK(listed.test.weights == std::vector<float>{1, 6, 7, 8, 9});
  CHECK(listed.train.domains == std::vector<std::int32_t>{1, 1, 3, 3, 3});
  CHECK(listed.train.x(3, 0) == 4);
  bool differs = false;
  for (std::uint64_t s = 1; s <= 20; ++s) {
    auto const rows = data::domain_rows(d.domains, 0.4, seed{s});
    CHECK(covers(rows, 10));
    CHECK(rows.test.size() >= 4);
    CHECK(rows.test.size() <= 6);
    for (std::uint32_t const a : rows.train)
      for (std::uint32_t const b : rows.test) CHECK(d.domains[a] != d.domains[b]);
    differs = differs || rows.test != data::domain_rows(d.domains, 0.4, seed{s + 1}).test;
  }
  CHECK(differs);
  CHECK(data::domain_rows(d.domains, 0.0, seed{1}).test.empty());
  CHECK(data::domain_rows(d.domains, 1.0, seed{1}).train.empty());

  auto const says = [](auto call) { return support::message_of<error>(call); };
  CHECK(says([&] { static_cast<void>(data::domain_split(d, {4})); }) ==
        "split: domains: expected rows of the domains that are listed, found none");
  d.domains = {};
  CHECK(says([&] { static_cast<void>(data::domain_split(d, 0.5, seed{1})); }) ==
        "split: domains: expected one a row, found none");
}

TEST_CASE("split: by time, the last rows for the test") {
  data::dataset const d = labelled({4, 3});
  auto const s = data::time_split(d, 0.3);
  CHECK(s.train.rows() == 5);
  REQUIRE(s.test.rows() == 2);
  CHECK(s.test.x(0, 0) == 5);
  CHECK(data::last_rows(0, 0.5).train.empty());
  CHECK(data::last_rows(3, 1).test.size() == 3);
  CHECK(support::message_of<error>([&] { static_cast<void>(data::time_split(d, 1.5)); }) ==
        "split: test_fraction: expected a number from 0 to 1, found 1.500000");
}

}  // namespace data_split_test
