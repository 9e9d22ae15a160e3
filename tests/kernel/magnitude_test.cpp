// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/magnitude.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "support/numbers.hpp"

namespace kernel_magnitude_test {

namespace simd = halo::simd;
using halo::kernel::magnitude;
using support::numbers;

TEST_CASE_TEMPLATE("magnitude is the largest absolute value, wherever it lies", M, HALO_MACHINES) {
  using T = typename M::value;
  using limits = std::numeric_limits<T>;
  for (std::size_t const n : support::sizes) {
    std::vector<T> x = numbers<T>(n, 1);
    T most(0);
    for (T const e : x) most = std::max(most, std::abs(e));
    CHECK(magnitude<typename M::arch>(n, x.data()) == most);
    for (std::size_t i = 0; i < n; ++i) {
      T const kept = x[i];
      for (T const large : {T(-3), limits::max(), limits::lowest()}) {
        x[i] = large;
        CHECK(magnitude<typename M::arch>(n, x.data()) == std::abs(large));
      }
      x[i] = kept;
    }
  }
}

TEST_CASE_TEMPLATE("magnitude is infinite where one element is not finite", M, HALO_MACHINES) {
  using T = typename M::value;
  using limits = std::numeric_limits<T>;
  for (std::size_t const n : support::sizes) {
    std::vector<T> x = numbers<T>(n, 2);
    for (std::size_t i = 0; i < n; ++i) {
      T const kept = x[i];
      for (T const bad : {limits::quiet_NaN(), limits::infinity(), -limits::infinity()}) {
        x[i] = bad;
        CHECK(magnitude<typename M::arch>(n, x.data()) == limits::infinity());
      }
      x[i] = kept;
    }
  }
}

TEST_CASE_TEMPLATE("magnitude of zeros and of the smallest numbers", M, HALO_MACHINES) {
  using T = typename M::value;
  CHECK(magnitude<typename M::arch>(0, static_cast<T const*>(nullptr)) == T(0));
  std::vector<T> x(37, T(-0.0));
  CHECK(magnitude<typename M::arch>(37, x.data()) == T(0));
  x[36] = -std::numeric_limits<T>::denorm_min();
  CHECK(magnitude<typename M::arch>(37, x.data()) == std::numeric_limits<T>::denorm_min());
}

}  // namespace kernel_magnitude_test
