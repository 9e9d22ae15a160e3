// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <cstddef>

namespace halo::kernel {

/// Elements of a symmetric matrix's upper triangle, row by row: row i begins with its diagonal
/// element.
[[nodiscard]] constexpr std::size_t triangle_size(std::size_t n) noexcept {
  return n * (n + 1) / 2;
}
/// Where the diagonal element (i, i) of a triangle lies; (i, j) lies j - i behind it.
[[nodiscard]] constexpr std::size_t triangle_row(std::size_t n, std::size_t i) noexcept {
  return i * n - i * (i + 1) / 2 + i;
}

namespace detail {

/// y ← y - a x.
template <class T>
inline void subtract(std::size_t n, T a, T const* x, T* y) noexcept {
  for (std::size_t k = 0; k < n; ++k) y[k] -= a * x[k];
}

/// Σ x_k y_k in eight sums, so that none waits for the one before it.
template <class T>
[[nodiscard]] inline T product(std::size_t n, T const* x, T const* y) noexcept {
  T sum[8] = {};
  std::size_t k = 0;
  for (; k + 8 <= n; k += 8)
    for (std::size_t u = 0; u < 8; ++u) sum[u] += x[k + u] * y[k + u];
  for (; k < n; ++k) sum[k % 8] += x[k] * y[k];
  return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

}  // namespace detail

/// A = Uᵀ·U of a symmetric positive definite matrix, in place [Golub & Van Loan, Matrix
/// Computations, sec. 4.2].
///
/// @param a  the upper triangle of A, then that of U; triangle_size(n) elements
/// @return false, and a is of no use, where A is not positive definite or not finite
template <class T>
[[nodiscard]] bool cholesky(std::size_t n, T* a) noexcept {
  T* row = a;
  for (std::size_t i = 0; i < n; ++i) {
    if (!(row[0] > T(0)) || !std::isfinite(row[0])) return false;
    T const root = std::sqrt(row[0]);
    std::size_t const left = n - i;
    for (std::size_t k = 0; k < left; ++k) row[k] /= root;
    T* below = row + left;
    for (std::size_t k = 1; k < left; below += left - k, ++k)
      detail::subtract(left - k, row[k], static_cast<T const*>(row + k), below);
    row += left;
  }
  return true;
}

/// x ← A⁻¹ x with the factor that cholesky() left.
template <class T>
void cholesky_solve(std::size_t n, T const* u, T* x) noexcept {
  T const* row = u;
  for (std::size_t i = 0; i < n; row += n - i, ++i) {
    x[i] /= row[0];
    detail::subtract(n - i - 1, x[i], row + 1, x + i + 1);
  }
  for (std::size_t i = n; i-- > 0;) {
    row -= n - i;
    x[i] = (x[i] - detail::product(n - i - 1, row + 1, static_cast<T const*>(x + i + 1))) / row[0];
  }
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
