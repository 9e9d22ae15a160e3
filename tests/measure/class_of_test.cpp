// SPDX-License-Identifier: BSD-3-Clause
#include <halo/measure/class_of.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <span>

namespace measure_class_of_test {

using namespace halo;

TEST_CASE("class_of: the place of the largest output, the first of equals") {
  static_assert(measure::class_of(std::array{-3.0F, -1.0F, -2.0F}) == 1);
  static_assert(measure::class_of(std::array{0.0F, 2.0F, 2.0F}) == 1);
  float const nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(measure::class_of(std::array{5.0F, nan}) == -1);
  CHECK(measure::class_of(std::array{nan, 5.0F}) == -1);
  CHECK(measure::class_of(std::span<float const>()) == -1);
}

}  // namespace measure_class_of_test
