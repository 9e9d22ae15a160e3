// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>
#include <limits>

#include <halo/simd/transform.hpp>

namespace halo::kernel {

/// The largest |x|, or infinity if any element is infinite or NaN. 0 for n = 0.
///
/// Reads n elements once; allocates nothing.
template <class Arch = simd::default_arch, class T>
[[nodiscard]] T magnitude(std::size_t n, T const* x) noexcept {
  using V = simd::batch<T, Arch>;
  constexpr std::size_t width = V::size;
  V most[4] = {V(0), V(0), V(0), V(0)};
  V poison[2] = {V(0), V(0)};  // stays 0 unless a factor of 0 meets an infinity or a NaN
  std::size_t i = 0;
  for (; i + 4 * width <= n; i += 4 * width) {
    for (std::size_t u = 0; u < 4; ++u) {
      V const v = V::load(x + i + u * width);
      most[u] = max(abs(v), most[u]);
      poison[u % 2] = fma(v, V(0), poison[u % 2]);
    }
  }
  simd::for_each_chunk<T, Arch>(n - i, [&](auto chunk) {
    V const v = chunk.load(x + i);
    most[0] = max(abs(v), most[0]);
    poison[0] = fma(v, V(0), poison[0]);
  });
  if (!all(poison[0] + poison[1] == V(0))) return std::numeric_limits<T>::infinity();
  return lane_max(max(max(most[0], most[1]), max(most[2], most[3])));
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
