// SPDX-License-Identifier: BSD-3-Clause
#include <halo/task/leave_one_out.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "../support/data.hpp"

namespace task_leave_one_out_test {

using namespace halo;

namespace {

/// Sixty rows of domains 0, 1, 2 and classes 0 to 3; feature 0 says which row, feature 1 is large.
struct rows {
  data::dataset all = data::make_dataset(60, 2, 4);
  std::vector<std::int32_t> domains;
  rows() {
    for (std::size_t i = 0; i < 60; ++i) {
      all.x.data()[2 * i] = static_cast<float>(i);
      all.x.data()[2 * i + 1] = 1000 + 10 * static_cast<float>(i % 7);
      all.y.data()[i] = static_cast<std::int32_t>(i % 4);
      domains.push_back(static_cast<std::int32_t>(i % 3));
    }
  }
};

/// Mean and deviation of a feature.
std::pair<double, double> moments(data::dataset const& d, std::size_t feature) {
  double mean = 0, square = 0;
  auto const n = static_cast<double>(d.rows());
  for (std::size_t i = 0; i < d.rows(); ++i) {
    double const x = static_cast<double>(d.x.data()[2 * i + feature]);
    mean += x / n;
    square += x * x / n;
  }
  return {mean, std::sqrt(square - mean * mean)};
}

}  // namespace

TEST_CASE("leave_one_out: rows of one domain are new, all others known, none lost") {
  rows const r;
  auto const a = task::leave_one_out(r.all, r.domains, 1, seed{3}, task::scaling::none, 0.25);
  CHECK(a.known.rows() == 40);
  CHECK(a.fresh.train.rows() == 15);
  CHECK(a.fresh.test.rows() == 5);
  for (auto const* d : {&a.fresh.train, &a.fresh.test})
    for (std::size_t i = 0; i < d->rows(); ++i)
      CHECK(static_cast<int>(d->x.data()[2 * i]) % 3 == 1);
  for (std::size_t i = 0; i < 40; ++i) CHECK(static_cast<int>(a.known.x.data()[2 * i]) % 3 != 1);
}

TEST_CASE("leave_one_out: inputs in units of what is known, of the new rows, or of the file") {
  rows const r;
  auto const known = task::leave_one_out(r.all, r.domains, 1, seed{3});
  CHECK(moments(known.known, 1).first == doctest::Approx(0).epsilon(1e-3));
  CHECK(moments(known.known, 1).second == doctest::Approx(1).epsilon(1e-3));
  CHECK(moments(known.fresh.train, 0).second != doctest::Approx(1).epsilon(1e-4));
  auto const own = task::leave_one_out(r.all, r.domains, 1, seed{3}, task::scaling::own);
  CHECK(moments(own.fresh.train, 0).second == doctest::Approx(1).epsilon(1e-3));
  CHECK(moments(own.known, 1).second == doctest::Approx(1).epsilon(1e-3));
  auto const none = task::leave_one_out(r.all, r.domains, 1, seed{3}, task::scaling::none);
  CHECK(moments(none.known, 1).first > 1000);
}

TEST_CASE("leave_one_out: all rows of a new domain may judge what is known, in its units") {
  rows const r;
  auto const a = task::leave_one_out(r.all, r.domains, 1, seed{3}, task::scaling::known, 1);
  CHECK(a.fresh.train.rows() == 0);
  CHECK(a.fresh.test.rows() == 20);
  CHECK(std::abs(moments(a.fresh.test, 1).first) < 1);
  CHECK(support::message_of<error>([&] {
          (void)task::leave_one_out(r.all, r.domains, 1, seed{3}, task::scaling::own, 1);
        }) != "no error");
}

TEST_CASE("leave_one_out: an infinite value of the new domain is refused on either side") {
  for (std::size_t const row : {1U, 4U, 7U, 10U, 13U, 16U}) {
    rows r;
    r.all.x.data()[2 * row] = std::numeric_limits<float>::infinity();
    CHECK(support::contains(support::message_of<error>(
                                [&] { (void)task::leave_one_out(r.all, r.domains, 1, seed{3}); }),
                            "expected a finite value, found an infinite one"));
  }
}

TEST_CASE("leave_classes_out: those listed become 0, 1 ..., the others stay known") {
  rows const r;
  std::vector<std::int32_t> const left{3, 1};
  auto const a = task::leave_classes_out(r.all, left, seed{3}, task::scaling::none);
  CHECK(a.known.classes == 2);
  CHECK(a.fresh.train.classes == 2);
  CHECK(a.known.rows() + a.fresh.train.rows() + a.fresh.test.rows() == 60);
  for (std::size_t i = 0; i < a.fresh.test.rows(); ++i)
    CHECK(left[static_cast<std::size_t>(a.fresh.test.y.data()[i])] ==
          static_cast<int>(a.fresh.test.x.data()[2 * i]) % 4);
}

TEST_CASE("leave_classes_out, from_nothing: nothing known and too few new rows are refused") {
  rows const r;
  std::vector<std::int32_t> const every{0, 1, 2, 3}, one{1};
  CHECK(support::message_of<error>([&] { (void)task::leave_classes_out(r.all, every, seed{3}); }) ==
        "leave_classes_out: classes with rows that stay known: expected at least one, found "
        "none");
  auto few = data::select(r.all, data::row_numbers{0, 1, 2});  // a row of class 1
  for (auto const how : {task::scaling::known, task::scaling::own, task::scaling::none})
    CHECK(support::message_of<error>([&] {
            (void)task::leave_classes_out(few, one, seed{3}, how);
          }) == "adaptation: rows of what is new: expected at least 2, found 1");
  few = data::select(r.all, data::row_numbers{0});
  CHECK(support::message_of<error>([&] {
          (void)task::from_nothing(few, seed{3}, task::scaling::none);
        }) == "adaptation: rows of what is new: expected at least 2, found 1");
}

TEST_CASE("from_nothing: nothing is known, the rows scale themselves; numbers as well as classes") {
  rows const r;
  auto const a = task::from_nothing(r.all, seed{3});
  CHECK(a.known.rows() == 0);
  CHECK(moments(a.fresh.train, 0).second == doctest::Approx(1).epsilon(1e-3));
  auto numbers = data::make_regression(10, 2, 1);
  for (std::size_t i = 0; i < 20; ++i) numbers.x.data()[i] = static_cast<float>(i);
  for (std::size_t i = 0; i < 10; ++i) numbers.y.data()[i] = static_cast<float>(i);
  CHECK(task::from_nothing(numbers, seed{3}).fresh.train.rows() == 5);
}

TEST_CASE("leave_one_out: a domain that is not there, or a column that does not fit, is refused") {
  rows const r;
  CHECK(support::contains(
      support::message_of<error>([&] { (void)task::leave_one_out(r.all, r.domains, 7, seed{3}); }),
      "domain 7"));
  std::vector<std::int32_t> const few(59, 1);
  CHECK(support::contains(
      support::message_of<error>([&] { (void)task::leave_one_out(r.all, few, 1, seed{3}); }),
      "60"));
  std::vector<std::int32_t> const everybody(60, 1);
  CHECK(support::message_of<error>(
            [&] { (void)task::leave_one_out(r.all, everybody, 1, seed{3}); }) != "no error");
}

}  // namespace task_leave_one_out_test
