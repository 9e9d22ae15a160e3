// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/sum.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include <halo/autodiff/planar.hpp>

#include "support/numbers.hpp"

namespace kernel_sum_test {

namespace kernel = halo::kernel;
using halo::autodiff::planar;
using support::numbers;

TEST_CASE("sum and copy: element by element, also in place") {
  for (std::size_t const n : support::sizes) {
    auto const a = numbers<float>(n, 1), b = numbers<float>(n, 2);
    std::vector<float> y(n + 1, 7), z(n + 1, 7), expected(n + 1, 7);
    for (std::size_t i = 0; i < n; ++i) expected[i] = a[i] + b[i];
    kernel::sum(n, a.data(), b.data(), y.data());
    CHECK(y == expected);
    kernel::copy(n, a.data(), z.data());
    CHECK(std::vector<float>(z.begin(), z.end() - 1) == a);
    CHECK(z[n] == 7);
    kernel::sum(n, static_cast<float const*>(z.data()), b.data(), z.data());
    CHECK(z == expected);
  }
}

TEST_CASE("sum and copy: planes carry tangents") {
  std::vector<double> const a{1, 2, 3}, b{4, 5, 6};
  std::vector<double> y(3), t(3);
  kernel::sum(3, planar<double const>(a.data(), b.data()), planar<double const>(b.data(), nullptr),
              planar<double>(y.data(), t.data()));
  CHECK(y == std::vector<double>{5, 7, 9});
  CHECK(t == b);
  kernel::copy(3, planar<double const>(b.data(), a.data()), planar<double>(y.data(), t.data()));
  CHECK(y == b);
  CHECK(t == a);
}

TEST_CASE("clear: zeros, and no element more") {
  for (std::size_t const n : support::sizes) {
    std::vector<float> x(n + 1, 7), expected(n + 1, 0);
    expected[n] = 7;
    kernel::clear(n, x.data());
    CHECK(x == expected);
  }
  std::vector<double> value(3, 7), tangent(3, 7);
  kernel::clear(3, planar<double>(value.data(), tangent.data()));
  CHECK(value == std::vector<double>(3));
  CHECK(tangent == value);
}

}  // namespace kernel_sum_test
