// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>
#include <utility>

// A register's lanes laid out in memory.

namespace halo::simd::detail {

// g++ 12 at -O3 warns of lanes beyond a short buffer, which the tests below never reach.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Warray-bounds"
// A chain of tests, not a loop: compilers turn the loop into a call of memcpy, and a call spills
// every vector register of the kernel around it.
template <class T, std::size_t... I>
inline void copy_first(T* to, T const* from, std::size_t n, std::index_sequence<I...>) noexcept {
  static_cast<void>(((I < n ? (to[I] = from[I], true) : false) && ...));
}

/// The first n of Size elements, n < Size; nothing behind is read or written.
template <std::size_t Size, class T>
inline void copy_first(T* to, T const* from, std::size_t n) noexcept {
  copy_first(to, from, n, std::make_index_sequence<Size>{});
}

#pragma GCC diagnostic pop

/// The largest of Size elements, a power of two, no NaN among them; overwrites them.
///
/// Halves against each other, in loops of known length that become one instruction each.
template <std::size_t Size, class T>
[[nodiscard]] inline T largest(T* lanes) noexcept {
  constexpr std::size_t half = Size / 2;
  for (std::size_t i = 0; i < half; ++i)
    lanes[i] = lanes[i + half] > lanes[i] ? lanes[i + half] : lanes[i];
  if constexpr (half > 1)
    return largest<half>(lanes);
  else
    return lanes[0];
}

}  // namespace halo::simd::detail

#include <halo/macros_back.hpp>
