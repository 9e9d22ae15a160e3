// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include <halo/simd/batch.hpp>
#include <halo/simd/zip.hpp>

namespace halo::kernel::detail {

/// lanes registers into one that holds the sum of each: a transpose that adds on its way.
template <class V, std::size_t Width, std::size_t... I>
[[gnu::always_inline]] inline V add_lanes_of(V const* in, std::index_sequence<I...>) noexcept {
  if constexpr (Width == 1) {
    return in[0];
  } else {
    constexpr std::size_t half = Width / 2;
    V const sums[half] = {zip_lo(in[I], in[I + half]) + zip_hi(in[I], in[I + half])...};
    return add_lanes_of<V, half>(sums, std::make_index_sequence<half / 2>{});
  }
}

/// sums[I] of x times row I of w, lane by lane.
template <class V, std::size_t... I>
[[gnu::always_inline]] inline void multiply_lines(typename V::value_type const* x,
                                                  typename V::value_type const* w,
                                                  std::size_t stride, std::size_t k, V* sums,
                                                  std::index_sequence<I...>) noexcept {
  V s[] = {(static_cast<void>(I), V(0))...};
  std::size_t l = 0;
  for (; l + V::size <= k; l += V::size) {
    V const v = V::load(x + l);
    ((s[I] = fma(v, V::load(w + I * stride + l), s[I])), ...);
  }
  if (l < k) {
    V const v = V::load_first(x + l, k - l);
    ((s[I] = fma(v, V::load_first(w + I * stride + l, k - l), s[I])), ...);
  }
  ((sums[I] = s[I]), ...);
}

/// Eight rows of w at once, or one register's worth where that is more.
template <class T, class Arch>
inline constexpr std::size_t dots_at_once = std::max<std::size_t>(simd::batch<T, Arch>::size, 8);

template <class T, class Arch, std::size_t Lines>
[[gnu::noinline]] void multiply_some_lines(T const* x, T const* w, std::size_t stride,
                                           std::size_t k, simd::batch<T, Arch>* sums) noexcept {
  multiply_lines(x, w, stride, k, sums, std::make_index_sequence<Lines>{});
}

/// y[j] ← [0 | from[j]] + Σ_l x[l]·w[j·stride + l] for n rows of w, each read once.
///
/// Lanes sum apart and meet at the end, so the last bits differ from those of a chain over l.
template <class T, class Arch>
void multiply_by_dots(std::size_t n, std::size_t k, T const* x, T const* w, std::size_t stride,
                      T* y, T const* from) noexcept {
  using V = simd::batch<T, Arch>;
  constexpr std::size_t block = dots_at_once<T, Arch>;
  for (std::size_t j = 0; j < n; j += block) {
    std::size_t const lines = std::min(block, n - j);
    V sums[block];
    std::size_t i = 0;
    for (; i + 8 <= lines; i += 8)
      multiply_some_lines<T, Arch, 8>(x, w + (j + i) * stride, stride, k, sums + i);
    for (; i + 2 <= lines; i += 2)
      multiply_some_lines<T, Arch, 2>(x, w + (j + i) * stride, stride, k, sums + i);
    if (i < lines) multiply_some_lines<T, Arch, 1>(x, w + (j + i) * stride, stride, k, sums + i);
    for (i = lines; i < block; ++i) sums[i] = V(T(0));
    for (i = 0; i < lines; i += V::size) {
      V sum = add_lanes_of<V, V::size>(sums + i, std::make_index_sequence<V::size / 2>{});
      std::size_t const left = lines - i;
      if (from != nullptr)
        sum += left < V::size ? V::load_first(from + j + i, left) : V::load(from + j + i);
      if (left < V::size)
        sum.store_first(y + j + i, left);
      else
        sum.store(y + j + i);
    }
  }
}

}  // namespace halo::kernel::detail
