// SPDX-License-Identifier: BSD-3-Clause
// A dataset is a struct that anybody may fill: whatever reads one refuses targets that are too few
// or too many, and labels that are no classes, in builds without assertions, too.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <halo/data.hpp>

#include "../support/data.hpp"

namespace contract_dataset_test {

using namespace halo;

namespace {

/// Twelve rows of three classes.
data::dataset twelve() {
  auto d = data::make_dataset(12, 2, 3);
  for (std::size_t i = 0; i < 12; ++i) {
    d.x.data()[2 * i] = d.x.data()[2 * i + 1] = static_cast<float>(i);
    d.y.data()[i] = static_cast<std::int32_t>(i % 3);
  }
  return d;
}
data::dataset with_targets(std::size_t n) {
  auto d = twelve();
  d.y = tensor::array<std::int32_t, 1>::from_shape({n});
  for (std::size_t i = 0; i < n; ++i) d.y.data()[i] = 1;
  return d;
}
data::dataset with_label(std::int32_t label) {
  auto d = twelve();
  d.y.data()[7] = label;
  return d;
}

struct use {
  char const* what;
  std::function<void(data::dataset const&)> of;
};

std::vector<use> reading_rows() {
  return {
      {"batches", [](auto const& d) { (void)data::batches(d, 5, seed{1}).next(); }},
      {"balanced batches", [](auto const& d) { (void)data::balanced_batches(d, 5, seed{1}); }},
      {"select", [](auto const& d) { (void)data::select(d, data::row_numbers{1}); }},
      {"select classes", [](auto const& d) { (void)data::select_classes(d, {1}); }},
      {"concatenate", [](auto const& d) { (void)data::concatenate(d, twelve()); }},
      {"onto", [](auto const& d) { (void)data::concatenate(twelve(), d); }},
      {"random split", [](auto const& d) { (void)data::random_split(d, 0.5, seed{1}); }},
  };
}
std::vector<use> reading_labels() {
  return {
      {"stratified split", [](auto const& d) { (void)data::stratified_split(d, 0.5, seed{1}); }},
      {"few of each class", [](auto const& d) { (void)data::few_of_each_class(d, 2, seed{1}); }},
      {"rows per class", [](auto const& d) { (void)data::rows_per_class(d); }},
  };
}

void refuses(use const& by, data::dataset const& d, std::string const& part) {
  CAPTURE(by.what);
  std::string const message = support::message_of<error>([&] { by.of(d); });
  CAPTURE(message);
  CHECK(support::contains(message, part));
}

}  // namespace

TEST_CASE("datasets: as many targets as rows, or a sentence") {
  for (auto const& uses : {reading_rows(), reading_labels()}) {
    for (use const& by : uses) {
      CHECK_NOTHROW(by.of(twelve()));
      refuses(by, with_targets(3), "rows of y: expected 12 as x has, found 3");
      refuses(by, with_targets(40), "rows of y: expected 12 as x has, found 40");
    }
  }
}

TEST_CASE("datasets: labels that are classes, or a sentence") {
  for (use const& by : reading_labels()) {
    refuses(by, with_label(3), "label of row 7: expected at least 0 and below 3, found 3");
    refuses(by, with_label(-1), "label of row 7: expected at least 0 and below 3, found -1");
  }
}

TEST_CASE("datasets: targets that go while a stream runs") {
  auto d = twelve();
  data::batches in_turn(d, 4, seed{1});
  data::balanced_batches alike(d, 4, seed{1});
  (void)in_turn.next(), (void)alike.next();
  d.y = tensor::array<std::int32_t, 1>::from_shape({2});
  CHECK_THROWS_AS((void)in_turn.next(), error);
  CHECK_THROWS_AS((void)alike.next(), error);
}

TEST_CASE("datasets: rows and sizes that there are not") {
  CHECK(support::message_of<error>([] { (void)data::select(twelve(), data::row_numbers{12}); }) ==
        "select: row: expected below 12, found 12");
  constexpr std::size_t many = std::size_t{1} << 60;
  CHECK_THROWS_AS((void)data::make_dataset(many, many, 2), error);
  CHECK_THROWS_AS((void)data::make_regression(1, many, many), error);
  auto const d = twelve();
  CHECK_THROWS_AS(data::balanced_batches(d, many, seed{1}), error);
}

}  // namespace contract_dataset_test
