// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/bias.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <halo/autodiff/planar.hpp>

#include "support/numbers.hpp"

namespace kernel_bias_test {

namespace simd = halo::simd;
using halo::autodiff::planar;
using halo::kernel::column_sum;
using support::numbers;

namespace {

/// From the first row to the last, in T: the order is documented, so the bits agree.
template <class T>
std::vector<T> add_columns(std::size_t rows, std::size_t n, std::vector<T> const& x,
                           std::vector<T> sum) {
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t first = 0; first < rows; first += 64) {
      T part(0);
      for (std::size_t i = first; i < rows && i < first + 64; ++i) part += x[i * n + j];
      sum[j] += part;
    }
  return sum;
}

}  // namespace

TEST_CASE_TEMPLATE("columns are added from the first row to the last, 64 at a time", M,
                   HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const rows : {0U, 1U, 2U, 7U, 64U, 150U}) {
    for (std::size_t const n : support::sizes) {
      CAPTURE(rows);
      CAPTURE(n);
      std::vector<T> const x = numbers<T>(rows * n, 1), before = numbers<T>(n, 2);
      std::vector<T> sum = before;
      column_sum<arch>(rows, n, x.data(), sum.data());
      CHECK(sum == add_columns(rows, n, x, std::vector<T>(n)));
      sum = before;
      column_sum<arch>(rows, n, x.data(), sum.data(), true);
      CHECK(sum == add_columns(rows, n, x, before));
    }
  }
}

TEST_CASE_TEMPLATE("column sums of planes sum values and tangents", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const n : {1U, 5U, 33U, 130U}) {
    std::vector<T> const x = numbers<T>(3 * n, 1), v = numbers<T>(3 * n, 2);
    std::vector<T> sum(n, T(1)), tangent(n, T(2));
    column_sum<arch>(3, n, planar<T const>(x.data(), v.data()),
                     planar<T>(sum.data(), tangent.data()), true);
    CHECK(sum == add_columns(3, n, x, std::vector<T>(n, T(1))));
    CHECK(tangent == add_columns(3, n, v, std::vector<T>(n, T(2))));
    column_sum<arch>(3, n, planar<T const>(x.data(), nullptr),
                     planar<T>(sum.data(), tangent.data()));
    CHECK(sum == add_columns(3, n, x, std::vector<T>(n)));
    CHECK(tangent == std::vector<T>(n));
  }
}

TEST_CASE_TEMPLATE("a NaN spoils its own column alone", M, HALO_MACHINES) {
  using T = typename M::value;
  for (std::size_t const n : {1U, 9U, 70U}) {
    for (std::size_t bad = 0; bad < n; ++bad) {
      std::vector<T> x(2 * n, T(1)), sum(n);
      x[n + bad] = std::numeric_limits<T>::quiet_NaN();
      column_sum<typename M::arch>(2, n, x.data(), sum.data());
      for (std::size_t j = 0; j < n; ++j) CHECK(std::isnan(sum[j]) == (j == bad));
    }
  }
}

TEST_CASE("sums of many rows keep their digits, whatever lies between the rows") {
  std::size_t const rows = 100000, n = 70, row = 73;
  std::vector<float> x(rows * row, 1e9F), sum(n, 1.0F);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < n; ++j) x[i * row + j] = 0.1F;
  halo::kernel::column_sum(rows, n, x.data(), sum.data(), true, row);
  double const exact = 1 + static_cast<double>(rows) * static_cast<double>(0.1F);
  for (float const s : sum) CHECK(std::abs(static_cast<double>(s) / exact - 1) < 1e-6);
}

}  // namespace kernel_bias_test
