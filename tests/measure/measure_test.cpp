// SPDX-License-Identifier: BSD-3-Clause
#include <halo/measure/measure.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace measure_measure_test {

using namespace halo;

namespace {

struct error_of_something : measure::nothing {
  static constexpr bool lower_is_better = true;
};

}  // namespace

TEST_CASE("measure: a goal is reached from its own side, never by NaN") {
  CHECK(measure::reaches<measure::nothing>(0.9, 0.9));
  CHECK(measure::reaches<measure::nothing>(0.91, 0.9));
  CHECK(!measure::reaches<measure::nothing>(0.89, 0.9));
  CHECK(measure::reaches<error_of_something>(0.1, 0.1));
  CHECK(measure::reaches<error_of_something>(0.09, 0.1));
  CHECK(!measure::reaches<error_of_something>(0.11, 0.1));
  CHECK(!measure::reaches<measure::nothing>(std::nan(""), 0.9));
  CHECK(!measure::reaches<error_of_something>(std::nan(""), 0.9));
}

TEST_CASE("measure: the largest number, the first of equals; none beside a NaN") {
  float const x[] = {1, 3, 3, 2}, bad[] = {9, std::nanf(""), 1}, first[] = {std::nanf(""), 1};
  CHECK(measure::detail::largest(4, x) == 1);
  CHECK(measure::detail::largest(3, bad) == 3);
  CHECK(measure::detail::largest(2, first) == 2);
}

TEST_CASE("measure: a label is a class or it is none") {
  CHECK(measure::detail::is_class(0, 2));
  CHECK(measure::detail::is_class(1, 2));
  CHECK(!measure::detail::is_class(2, 2));
  CHECK(!measure::detail::is_class(-1, 2));
}

TEST_CASE("measure: nothing says nothing") {
  measure::nothing m;
  m.merge(m);
  CHECK(std::isnan(m.value()));
}

}  // namespace measure_measure_test
