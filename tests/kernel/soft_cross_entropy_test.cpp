// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/soft_cross_entropy.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <halo/autodiff/planar.hpp>

#include "support/numbers.hpp"

namespace kernel_soft_cross_entropy_test {

using halo::autodiff::planar;
using halo::kernel::soft_cross_entropy;
using support::numbers;
using support::tolerance;

namespace {

/// L and dL/dx as written in the docstring.
struct plain {
  double value = 0;
  std::vector<double> gradient;

  template <class T>
  plain(std::size_t rows, std::size_t n, std::vector<T> const& x, std::vector<float> const& q,
        double tau) {
    for (std::size_t i = 0; i < rows; ++i) {
      double most = -1e300, sum = 0, mass = 0;
      for (std::size_t k = 0; k < n; ++k) most = std::max(most, static_cast<double>(x[i * n + k]));
      auto const cooled = [&](std::size_t k) {
        return (static_cast<double>(x[i * n + k]) - most) / tau;
      };
      for (std::size_t k = 0; k < n; ++k) sum += std::exp(cooled(k));
      for (std::size_t k = 0; k < n; ++k) mass += static_cast<double>(q[i * n + k]);
      double const scale = tau / static_cast<double>(rows);
      for (std::size_t k = 0; k < n; ++k) {
        auto const share = static_cast<double>(q[i * n + k]);
        value += tau * scale * share * (std::log(sum) - cooled(k));
        gradient.push_back(scale * (mass * std::exp(cooled(k)) / sum - share));
      }
    }
  }
};

std::vector<float> shares(std::size_t n) {
  std::vector<float> q = numbers<float>(n, 3);
  for (float& s : q) s = s < 0 ? 0.0F : s;
  return q;
}

}  // namespace

TEST_CASE_TEMPLATE("soft cross entropy: value and gradient of a loop", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const rows : {0U, 1U, 5U}) {
    for (std::size_t const n : {1U, 2U, 7U, 33U}) {
      for (double const tau : {1.0, 3.0}) {
        CAPTURE(rows);
        CAPTURE(n);
        std::vector<T> const x = numbers<T>(rows * n, 1, 4);
        std::vector<float> const q = shares(rows * n);
        plain const expected(rows, n, x, q, tau);
        std::vector<T> g(rows * n);
        T const found = soft_cross_entropy<arch>(rows, n, x.data(), q.data(), g.data(), T(tau));
        CHECK(std::abs(static_cast<double>(found) - expected.value) <
              tolerance<T> * (1 + expected.value));
        CHECK(support::distance(g, expected.gradient) < tolerance<T>);
        std::vector<T> in_place = x;
        CHECK(soft_cross_entropy<arch>(rows, n, in_place.data(), q.data(), in_place.data(),
                                       T(tau)) == found);
        CHECK(in_place == g);
      }
    }
  }
}

TEST_CASE_TEMPLATE("soft cross entropy: a class that nobody names costs nothing, however low", M,
                   HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  constexpr T infinite = std::numeric_limits<T>::infinity();
  T const x[] = {1, -infinite, 1};
  float const q[] = {0.5F, 0, 0.5F};
  T g[3];
  CHECK(static_cast<double>(soft_cross_entropy<arch>(1, 3, x, q, g, T(1))) ==
        doctest::Approx(std::log(2.0)));
  CHECK(g[1] == 0);
  T const nan[] = {1, std::numeric_limits<T>::quiet_NaN(), 1}, all_low[] = {-infinite, -infinite};
  CHECK(std::isnan(soft_cross_entropy<arch>(1, 3, nan, q, g, T(1))));
  CHECK(std::isnan(soft_cross_entropy<arch>(1, 2, all_low, q, g, T(1))));
}

TEST_CASE_TEMPLATE("soft cross entropy: planes carry the derivative", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  constexpr std::size_t rows = 3, n = 7;
  std::vector<T> const x = numbers<T>(rows * n, 1, 2), v = numbers<T>(rows * n, 2);
  std::vector<float> const q = shares(rows * n);
  std::vector<T> g(x.size()), tangents(x.size());
  auto const found = soft_cross_entropy<arch>(rows, n, planar<T const>(x.data(), v.data()),
                                              q.data(), planar<T>(g.data(), tangents.data()), T(2));
  std::vector<double> low(x.begin(), x.end()), high = low, second;
  for (std::size_t i = 0; i < x.size(); ++i) {
    low[i] -= 1e-5 * static_cast<double>(v[i]);
    high[i] += 1e-5 * static_cast<double>(v[i]);
  }
  plain const at(rows, n, x, q, 2), below(rows, n, low, q, 2), above(rows, n, high, q, 2);
  CHECK(std::abs(static_cast<double>(found.tangent) - (above.value - below.value) / 2e-5) <
        tolerance<T> + 1e-8);
  for (std::size_t i = 0; i < x.size(); ++i)
    second.push_back((above.gradient[i] - below.gradient[i]) / 2e-5);
  CHECK(support::distance(g, at.gradient) < tolerance<T>);
  CHECK(support::distance(tangents, second) < tolerance<T> + 1e-8);
}

}  // namespace kernel_soft_cross_entropy_test
