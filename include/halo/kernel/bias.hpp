// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

/// sum_j ← Σ_i x_ij, or + Σ_i x_ij where accumulate: the gradient of a bias row.
///
/// Each column is added from the first row to the last, on top of what sum holds where accumulate.
///
/// @param x    rows by n, row-major
/// @param sum  n elements; must not overlap x
/// @note  reads x once; allocates nothing
template <class Arch = simd::default_arch, class P>
void column_sum(std::size_t rows, std::size_t n, simd::const_of<P> x, P sum,
                bool accumulate = false) noexcept {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  constexpr std::size_t width = simd::batch<T, Arch>::size;
  constexpr std::size_t block = 4;  // registers side by side hide the latency of the addition
  std::size_t j = 0;
  for (; j + block * width <= n; j += block * width) {
    V total[block];
    simd::full_chunk<T, Arch> chunk{j};
    for (std::size_t u = 0; u < block; ++u, chunk.begin += width)
      total[u] = accumulate ? V(chunk.load(simd::const_of<P>(sum))) : V(0);
    for (std::size_t i = 0; i < rows; ++i) {
      chunk.begin = i * n + j;
      for (std::size_t u = 0; u < block; ++u, chunk.begin += width) total[u] += chunk.load(x);
    }
    chunk.begin = j;
    for (std::size_t u = 0; u < block; ++u, chunk.begin += width) chunk.store(sum, total[u]);
  }
  simd::for_each_chunk<T, Arch>(n - j, [&](auto chunk) {
    chunk.begin += j;
    auto const target = chunk;
    V total = accumulate ? V(chunk.load(simd::const_of<P>(sum))) : V(0);
    for (std::size_t i = 0; i < rows; ++i, chunk.begin += n) total += chunk.load(x);
    target.store(sum, total);
  });
}

}  // namespace halo::kernel
