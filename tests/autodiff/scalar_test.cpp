// SPDX-License-Identifier: BSD-3-Clause
#include <halo/autodiff/scalar.hpp>

#include <limits>

#include <doctest/doctest.h>

namespace autodiff_scalar_test {

TEST_CASE_TEMPLATE("plain numbers have what registers have", T, float, double) {
  using namespace halo::autodiff;
  CHECK(fma(T(2), T(3), T(4)) == T(10));
  CHECK(select(true, T(1), T(2)) == T(1));
  CHECK(select(false, T(1), T(2)) == T(2));
  CHECK(is_finite(T(-3)));
  CHECK(is_finite(std::numeric_limits<T>::max()));
  CHECK(!is_finite(std::numeric_limits<T>::infinity()));
  CHECK(!is_finite(-std::numeric_limits<T>::infinity()));
  CHECK(!is_finite(std::numeric_limits<T>::quiet_NaN()));
}

}  // namespace autodiff_scalar_test
