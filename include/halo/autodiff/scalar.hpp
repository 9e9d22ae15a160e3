// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

#include <halo/core/concepts.hpp>
#include <halo/core/portable.hpp>

// What simd::batch has and float and double lack, so that one body serves them all. dual and
// variable call these unqualified; argument-dependent lookup adds the ones of their own values.

namespace halo::autodiff {

/// a * b + c (one rounding where the machine has it).
template <floating T>
[[nodiscard]] inline T fma(T a, T b, T c) noexcept {
  using std::fma;
  if constexpr (core::fuses)
    return fma(a, b, c);
  else
    return a * b + c;
}

/// condition ? a : b.
template <floating T>
[[nodiscard]] inline T select(bool condition, T a, T b) noexcept {
  return condition ? a : b;
}

/// False for infinities and NaN.
template <floating T>
[[nodiscard]] inline bool is_finite(T x) noexcept {
  return x - x == T(0);
}

}  // namespace halo::autodiff
