// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/cholesky.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <halo/core/random.hpp>

namespace kernel_cholesky_test {

using namespace halo;

namespace {

/// B·Bᵀ + I of a random B, as a full matrix.
std::vector<double> positive_definite(std::size_t n, seed s) {
  generator g(s, 1);
  std::vector<double> b(n * n), a(n * n);
  for (double& x : b) x = static_cast<double>(g.normal());
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      a[i * n + j] = i == j ? 1 : 0;
      for (std::size_t k = 0; k < n; ++k) a[i * n + j] += b[i * n + k] * b[j * n + k];
    }
  return a;
}

template <class T>
std::vector<T> upper(std::vector<double> const& a, std::size_t n) {
  std::vector<T> l;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i; j < n; ++j) l.push_back(static_cast<T>(a[i * n + j]));
  return l;
}

}  // namespace

TEST_CASE_TEMPLATE("cholesky: solves A x = b", T, float, double) {
  double const tolerance = sizeof(T) == 4 ? 2e-3 : 1e-11;
  for (std::size_t const n : {1U, 2U, 3U, 7U, 20U, 41U}) {
    CAPTURE(n);
    auto const a = positive_definite(n, seed{n});
    auto l = upper<T>(a, n);
    REQUIRE(kernel::cholesky(n, l.data()));
    std::vector<T> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<T>(std::sin(static_cast<double>(i) + 1));
    kernel::cholesky_solve(n, l.data(), x.data());
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < n; ++j) sum += a[i * n + j] * static_cast<double>(x[j]);
      CHECK(std::abs(sum - std::sin(static_cast<double>(i) + 1)) < tolerance);
    }
  }
}

TEST_CASE("cholesky: says where a matrix is not positive definite or not finite") {
  std::vector<double> indefinite{1, 2, 1};
  CHECK_FALSE(kernel::cholesky(2, indefinite.data()));
  std::vector<double> zero{0};
  CHECK_FALSE(kernel::cholesky(1, zero.data()));
  std::vector<double> nan{1, std::numeric_limits<double>::quiet_NaN(), 1};
  CHECK_FALSE(kernel::cholesky(2, nan.data()));
  std::vector<double> infinite{std::numeric_limits<double>::infinity()};
  CHECK_FALSE(kernel::cholesky(1, infinite.data()));
}

}  // namespace kernel_cholesky_test
