// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>

namespace halo::kernel {

/// Elements of a symmetric matrix's lower triangle, row by row: (i, j) lies at i(i+1)/2 + j.
[[nodiscard]] constexpr std::size_t triangle_size(std::size_t n) noexcept {
  return n * (n + 1) / 2;
}

/// A = L·Lᵀ of a symmetric positive definite matrix, in place [Golub & Van Loan, Matrix
/// Computations, sec. 4.2].
///
/// @param a  the lower triangle of A, then that of L; triangle_size(n) elements
/// @return false, and a is of no use, where A is not positive definite or not finite
template <class T>
[[nodiscard]] bool cholesky(std::size_t n, T* a) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    T* const row = a + i * (i + 1) / 2;
    for (std::size_t j = 0; j <= i; ++j) {
      T const* const other = a + j * (j + 1) / 2;
      T x = row[j];
      for (std::size_t k = 0; k < j; ++k) x -= row[k] * other[k];
      if (j < i) {
        row[j] = x / other[j];
      } else {
        if (!(x > T(0)) || !std::isfinite(x)) return false;
        row[i] = std::sqrt(x);
      }
    }
  }
  return true;
}

/// x ← A⁻¹ x with the factor that cholesky() left.
template <class T>
void cholesky_solve(std::size_t n, T const* l, T* x) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    T const* const row = l + i * (i + 1) / 2;
    for (std::size_t k = 0; k < i; ++k) x[i] -= row[k] * x[k];
    x[i] /= row[i];
  }
  for (std::size_t i = n; i-- > 0;) {
    T const* const row = l + i * (i + 1) / 2;
    x[i] /= row[i];
    for (std::size_t k = 0; k < i; ++k) x[k] -= row[k] * x[i];
  }
}

}  // namespace halo::kernel
