// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace support {

/// All eigenvalues of a symmetric n by n matrix, by rotations [Jacobi 1846].
inline std::vector<double> eigenvalues(std::vector<double> a, std::size_t n) {
  for (int sweep = 0; sweep < 30; ++sweep) {
    double off = 0, all = 0;
    for (std::size_t k = 0; k < n * n; ++k) {
      all += a[k] * a[k];
      if (k % (n + 1) != 0) off += a[k] * a[k];
    }
    if (off <= 1e-30 * all) break;
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) {
        double const turn = 0.5 * std::atan2(2 * a[p * n + q], a[q * n + q] - a[p * n + p]);
        double const c = std::cos(turn), s = std::sin(turn);
        for (std::size_t k = 0; k < n; ++k) {
          double const x = a[p * n + k], y = a[q * n + k];
          a[p * n + k] = c * x - s * y;
          a[q * n + k] = s * x + c * y;
        }
        for (std::size_t k = 0; k < n; ++k) {
          double const x = a[k * n + p], y = a[k * n + q];
          a[k * n + p] = c * x - s * y;
          a[k * n + q] = s * x + c * y;
        }
      }
    }
  }
  std::vector<double> all;
  for (std::size_t k = 0; k < n; ++k) all.push_back(a[k * n + k]);
  return all;
}

/// The largest size of an eigenvalue of a task's Hessian, column by column.
template <class Task>
double dense_spectral_norm(Task& task, std::uint64_t draw, std::vector<double> const& theta) {
  std::size_t const n = theta.size();
  std::vector<double> h(n * n), e(n, 0.0);
  for (std::size_t k = 0; k < n; ++k) {
    e[k] = 1;
    task.hessian_vector_product(draw, theta.data(), e.data(), h.data() + k * n);
    e[k] = 0;
  }
  double most = 0;
  for (double const x : eigenvalues(h, n)) most = std::fmax(most, std::abs(x));
  return most;
}

}  // namespace support
