// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/allowed.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

namespace core_allowed_test {

using namespace halo;

TEST_CASE("allowed: the ends belong to an interval where it says so") {
  CHECK(allowed::share().contains(0));
  CHECK(allowed::share().contains(1));
  CHECK_FALSE(allowed::share().contains(std::nextafter(1.0, 2.0)));
  CHECK_FALSE(allowed::share().contains(-1e-300));
  CHECK(allowed::below_one().contains(0));
  CHECK_FALSE(allowed::below_one().contains(1));
  CHECK_FALSE(allowed::positive().contains(0));
  CHECK(allowed::positive().contains(std::numeric_limits<double>::denorm_min()));
  CHECK(allowed::non_negative().contains(-0.0));
  CHECK(allowed::at_least(1).contains(1));
  CHECK_FALSE(allowed::between(2, 8).contains(9));
}

TEST_CASE("allowed: NaN never, infinity where a bound may be switched off") {
  double const nan = std::nan("");
  double const inf = std::numeric_limits<double>::infinity();
  for (allowed const range :
       {allowed::finite(), allowed::positive(), allowed::non_negative(), allowed::share(),
        allowed::below_one(), allowed::at_least(-3), allowed::positive_or_infinite()}) {
    CHECK_FALSE(range.contains(nan));
    CHECK_FALSE(range.contains(-inf));
    CHECK(range.contains(inf) == (range == allowed::positive_or_infinite()));
  }
}

}  // namespace core_allowed_test
