// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/reduce.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "support/numbers.hpp"

namespace simd_reduce_test {

namespace simd = halo::simd;
using support::numbers;
using support::tolerance;

TEST_CASE_TEMPLATE("sums and products against plain loops", M, HALO_MACHINES) {
  using T = typename M::value;
  using Arch = typename M::arch;
  for (std::size_t const n : support::sizes) {
    std::vector<T> const a = numbers<T>(n, 1);
    std::vector<T> const b = numbers<T>(n, 2);
    double sum = 0;
    double dot = 0;
    double most = 0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += static_cast<double>(a[i]);
      dot += static_cast<double>(a[i]) * static_cast<double>(b[i]);
      most = std::max(most, std::abs(static_cast<double>(a[i])));
    }
    CHECK(std::abs(static_cast<double>(simd::sum<Arch>(n, a.data())) - sum) < tolerance<T>);
    CHECK(std::abs(static_cast<double>(simd::dot<Arch>(n, a.data(), b.data())) - dot) <
          tolerance<T>);
    CHECK(static_cast<double>(simd::max_abs<Arch>(n, a.data())) == most);
  }
}

TEST_CASE_TEMPLATE("register i goes to accumulator i mod 4", M, HALO_MACHINES) {
  using T = typename M::value;
  using V = simd::batch<T, typename M::arch>;
  std::size_t const n = 4 * V::size * 3 + 2 * V::size + V::size / 2;
  std::vector<T> const x = numbers<T>(n, 3);
  std::vector<T> lanes(4 * V::size, T(0));
  for (std::size_t i = 0; i < n; ++i) lanes[i % (4 * V::size)] += x[i];
  V total[4];
  for (std::size_t u = 0; u < 4; ++u) total[u] = V::load(lanes.data() + u * V::size);
  CHECK(simd::sum<typename M::arch>(n, x.data()) ==
        lane_sum((total[0] + total[1]) + (total[2] + total[3])));
}

TEST_CASE_TEMPLATE("all_finite sees one bad element anywhere", M, HALO_MACHINES) {
  using T = typename M::value;
  using limits = std::numeric_limits<T>;
  for (std::size_t const n : support::sizes) {
    std::vector<T> x(n, limits::max());
    CHECK(simd::all_finite<typename M::arch>(n, x.data()));
    for (std::size_t i = 0; i < n; ++i) {
      for (T const bad : {limits::infinity(), -limits::infinity(), limits::quiet_NaN()}) {
        x[i] = bad;
        CHECK_FALSE(simd::all_finite<typename M::arch>(n, x.data()));
      }
      x[i] = limits::denorm_min();
    }
    CHECK(simd::all_finite<typename M::arch>(n, x.data()));
  }
}

TEST_CASE_TEMPLATE("max_abs passes over NaN and sees infinity", M, HALO_MACHINES) {
  using T = typename M::value;
  std::vector<T> x = numbers<T>(65, 4);
  x[20] = T(-3);
  x[21] = std::numeric_limits<T>::quiet_NaN();
  x[64] = std::numeric_limits<T>::quiet_NaN();
  CHECK(simd::max_abs<typename M::arch>(x.size(), x.data()) == T(3));
  x[63] = -std::numeric_limits<T>::infinity();
  CHECK(simd::max_abs<typename M::arch>(x.size(), x.data()) == std::numeric_limits<T>::infinity());
}

TEST_CASE("a NaN reaches sum and dot") {
  std::vector<float> x(40, 1.0F);
  x[33] = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(simd::sum(x.size(), x.data())));
  CHECK(std::isnan(simd::dot(x.size(), x.data(), x.data())));
}

TEST_CASE("sums of many numbers keep their digits") {
  std::size_t const n = 1000000;
  std::vector<float> const x(n, 0.1F);
  double const one = static_cast<double>(0.1F), count = static_cast<double>(n);
  double const sum = static_cast<double>(halo::simd::sum(n, x.data()));
  double const dot = static_cast<double>(halo::simd::dot(n, x.data(), x.data()));
  CHECK(std::abs(sum / (count * one) - 1) < 3e-5);
  CHECK(std::abs(dot / (count * one * one) - 1) < 3e-5);
}

}  // namespace simd_reduce_test
