// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>

#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

/// sum_j ← Σ_i x_ij, or + Σ_i x_ij where accumulate: the gradient of a bias row.
///
/// Rows are added 64 at a time, then these sums, so that rounding does not grow with the rows.
///
/// @param x      rows of n elements, row of them apart (0: n)
/// @param sum    n elements; must not overlap x
/// @note  reads x once; allocates nothing
template <class Arch = simd::default_arch, class P>
void column_sum(std::size_t rows, std::size_t n, simd::const_of<P> x, P sum,
                bool accumulate = false, std::size_t row = 0) noexcept {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  constexpr std::size_t width = simd::batch<T, Arch>::size;
  constexpr std::size_t block = 4;  // registers side by side hide the latency of the addition
  constexpr std::size_t together = 64,
                        many = 64 * together;  // rows of a part, and of a sum of parts
  if (row == 0) row = n;
  std::size_t j = 0;
  for (; j + block * width <= n; j += block * width) {
    V total[block];
    simd::full_chunk<T, Arch> chunk{j};
    for (std::size_t u = 0; u < block; ++u, chunk.begin += width)
      total[u] = accumulate ? V(chunk.load(simd::const_of<P>(sum))) : V(0);
    for (std::size_t i = 0; i < rows;) {
      bool const first = i == 0;  // goes on from what there was
      V parts[block];
      for (std::size_t u = 0; u < block; ++u) parts[u] = first ? total[u] : V(0);
      for (std::size_t const last = std::min(i + many, rows); i < last;) {
        V part[block] = {V(0), V(0), V(0), V(0)};
        for (std::size_t const end = std::min(i + together, last); i < end; ++i) {
          chunk.begin = i * row + j;
          for (std::size_t u = 0; u < block; ++u, chunk.begin += width) part[u] += chunk.load(x);
        }
        for (std::size_t u = 0; u < block; ++u) parts[u] += part[u];
      }
      for (std::size_t u = 0; u < block; ++u) total[u] = first ? parts[u] : total[u] + parts[u];
    }
    chunk.begin = j;
    for (std::size_t u = 0; u < block; ++u, chunk.begin += width) chunk.store(sum, total[u]);
  }
  simd::for_each_chunk<T, Arch>(n - j, [&](auto chunk) {
    chunk.begin += j;
    auto const target = chunk;
    V total = accumulate ? V(chunk.load(simd::const_of<P>(sum))) : V(0);
    for (std::size_t i = 0; i < rows;) {
      bool const first = i == 0;
      V parts = first ? total : V(0);
      for (std::size_t const last = std::min(i + many, rows); i < last;) {
        V part(0);
        for (std::size_t const end = std::min(i + together, last); i < end; ++i, chunk.begin += row)
          part += chunk.load(x);
        parts += part;
      }
      total = first ? parts : total + parts;
    }
    target.store(sum, total);
  });
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
