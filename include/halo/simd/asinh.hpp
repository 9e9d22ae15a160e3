// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <limits>

#include <halo/simd/math.hpp>

namespace halo::simd {

/// asinh x = sign(x) ln(|x| + √(x² + 1)): relative error below 3 ulp (float and double), for small
/// |x| too.
///
/// Written as ln(1 + t), t = |x| + x²/(1 + √(x² + 1)). Keeps the sign of zero; infinity and NaN
/// stay what they are.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> asinh(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  V const one(T(1));
  V const size = abs(x);
  V const largest(sizeof(T) == 4 ? T(1e15) : T(1e120));  // beyond, x² would overflow: ln 2|x|
  V const inside = min(largest, size);
  V const square = inside * inside;
  V const t = inside + square / (one + sqrt(square + one));
  V const sum = one + t;
  V const lost = (t - (sum - one)) / sum;  // what the sum rounded away
  V const low = log(sum) + lost;
  V const high = log(size) + V(T(0.69314718055994531));
  return copysign(select(size < largest, low, high), x);
}

template <floating T, class Arch = default_arch>
[[nodiscard]] inline T asinh(T x) noexcept {
  return asinh(batch<T, scalar>(x)).native;
}

}  // namespace halo::simd

#include <halo/macros_back.hpp>
