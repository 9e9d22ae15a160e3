// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/simd/pointer.hpp>

namespace halo::kernel {

/// A row-major matrix as gemm reads it: element (i, j) is data[i * stride + j], or
/// data[j * stride + i] where transposed.
template <class P>
struct operand {
  P data;
  std::size_t stride;
  bool transposed = false;
};

/// Where the sum of a product starts: at zero, at what the target holds, or at a bias row.
enum class start { zero, target, bias };

/// C ← [0 | C | bias] + A·B.
///
/// @param m, n, k  C is m by n, A is m by k, B is k by n (after transposition)
/// @param c        row-major, row stride ldc; must not overlap a or b
/// @param bias     n elements, read only with start::bias
template <class Arch = simd::default_arch, class T>
void gemm(std::size_t m, std::size_t n, std::size_t k, operand<T const*> a, operand<T const*> b,
          T* c, std::size_t ldc, start from = start::zero, T const* bias = nullptr) noexcept {
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      T sum = from == start::zero ? T(0) : from == start::target ? c[i * ldc + j] : bias[j];
      for (std::size_t l = 0; l < k; ++l) {
        T const x = a.transposed ? a.data[l * a.stride + i] : a.data[i * a.stride + l];
        T const y = b.transposed ? b.data[j * b.stride + l] : b.data[l * b.stride + j];
        sum += x * y;
      }
      c[i * ldc + j] = sum;
    }
  }
}

}  // namespace halo::kernel
