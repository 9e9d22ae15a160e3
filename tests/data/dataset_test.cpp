// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/dataset.hpp>

#include <doctest/doctest.h>

#include <vector>

#include "../support/data.hpp"

namespace data_dataset_test {

using namespace halo;

namespace {

// Row i is (10 i, 10 i + 1) with label i mod 4.
data::dataset small(std::size_t rows = 9) {
  data::dataset d = data::make_dataset(rows, 2, 4);
  for (std::size_t i = 0; i < rows; ++i) {
    d.x(i, 0) = static_cast<float>(10 * i);
    d.x(i, 1) = static_cast<float>(10 * i + 1);
    d.y(i) = static_cast<std::int32_t>(i % 4);
  }
  return d;
}

}  // namespace

TEST_CASE("dataset: sizes, an empty one too") {
  data::dataset const d = small();
  CHECK(d.rows() == 9);
  CHECK(d.features() == 2);
  CHECK(data::rows_per_class(d) == std::vector<std::size_t>{3, 2, 2, 2});
  data::dataset const none;
  CHECK(none.rows() == 0);
  CHECK(none.features() == 0);
  CHECK(data::select(none, {}).rows() == 0);
}

TEST_CASE("select: order and repetition as asked") {
  data::dataset const d = small();
  data::row_numbers const wanted{7, 0, 7};
  data::dataset const s = data::select(d, wanted);
  CHECK(s.rows() == 3);
  CHECK(s.classes == 4);
  CHECK(s.x(0, 0) == 70.0F);
  CHECK(s.x(1, 1) == 1.0F);
  CHECK(s.x(2, 1) == 71.0F);
  CHECK(s.y(0) == 3);
  CHECK(s.y(1) == 0);
}

TEST_CASE("rows_where: by any mark") {
  std::vector<std::int32_t> const batch{1, 1, 2, 3, 2, 1};
  CHECK(data::rows_where(batch, {2, 3}) == data::row_numbers{2, 3, 4});
  CHECK(data::rows_where(batch, {9}).empty());
}

TEST_CASE("select_classes: labels become 0, 1, ... in the order listed") {
  data::dataset const d = data::select_classes(small(), {3, 1});
  CHECK(d.classes == 2);
  CHECK(d.rows() == 4);
  CHECK(d.x(0, 0) == 10.0F);
  CHECK(d.y(0) == 1);
  CHECK(d.x(1, 0) == 30.0F);
  CHECK(d.y(1) == 0);
  CHECK(data::select_classes(small(), {0, 1, 2, 3}).y == small().y);
}

TEST_CASE("select_classes: labels that make no sense") {
  auto const twice = support::message_of<error>([] {
    static_cast<void>(data::select_classes(small(), {1, 2, 1}));
  });
  CHECK(twice == "select_classes: labels: expected every label once, found 1 twice");
  auto const none =
      support::message_of<error>([] { static_cast<void>(data::select_classes(small(), {8})); });
  CHECK(none == "select_classes: labels: expected at least one row with one of them, found none");
}

TEST_CASE("concatenate: one after the other") {
  data::dataset const d = data::concatenate(small(2), small(3));
  CHECK(d.rows() == 5);
  CHECK(d.x(1, 1) == 11.0F);
  CHECK(d.x(2, 0) == 0.0F);
  CHECK(d.y(4) == 2);
  CHECK(d.classes == 4);
  data::dataset other = data::make_dataset(1, 3, 9);
  auto const message =
      support::message_of<error>([&] { static_cast<void>(data::concatenate(small(), other)); });
  CHECK(message == "concatenate: features: expected 2, found 3");
}

TEST_CASE("dataset: domains and weights go with their rows") {
  data::dataset d = small(4);
  d.domains = {5, 6, 5, 7};
  d.weights = {0.5F, 1, 2, 0};
  data::row_numbers const wanted{3, 0, 3};
  data::dataset const s = data::select(d, wanted);
  CHECK(s.domains == std::vector<std::int32_t>{7, 5, 7});
  CHECK(s.weights == std::vector<float>{0, 0.5F, 0});
  CHECK(data::select_classes(d, {2, 1}).domains == std::vector<std::int32_t>{6, 5});
  data::dataset const both = data::concatenate(s, d);
  CHECK(both.domains == std::vector<std::int32_t>{7, 5, 7, 5, 6, 5, 7});
  CHECK(both.weights.size() == 7);
  CHECK(data::transposed(d, 1, 2).weights == d.weights);
  CHECK(support::message_of<error>([&] { static_cast<void>(data::concatenate(d, small())); }) ==
        "concatenate: domains: expected in both or in none, found in the first");
  CHECK(data::concatenate(data::make_dataset(0, 2, 4), d).domains == d.domains);
}

TEST_CASE("transposed: rows of an example become its columns") {
  data::dataset d = data::make_dataset(2, 6, 3);
  for (std::size_t i = 0; i < 12; ++i) d.x.data()[i] = static_cast<float>(i);
  d.y(0) = 2;
  d.y(1) = 1;
  data::dataset const t = data::transposed(d, 2, 3);
  CHECK(std::vector<float>(t.x.data(), t.x.data() + 12) ==
        std::vector<float>{0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11});
  CHECK(t.y == d.y);
  CHECK(t.classes == 3);
  auto const m = support::message_of<error>([&] { static_cast<void>(data::transposed(d, 2, 2)); });
  CHECK(m == "transposed: features: expected 2 times 2, found 6");
}

}  // namespace data_dataset_test
