// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <halo/learned/number.hpp>
#include <halo/simd/fast.hpp>
#include <halo/simd/math.hpp>

// The arithmetic of a tensor-wise RNN's outputs, over any number type.

namespace halo::learned {

/// z/√(1 + (z/a)²): within ±a, slope 1 at 0, and tails in which a gradient survives.
template <class Z>
[[nodiscard]] Z soft_clamp(Z const& z, double a) {
  using std::sqrt;
  return z / sqrt(z * z * as_number<Z>(1 / (a * a)) + as_number<Z>(1));
}

/// y_k = e^z_k / Σ e^z.
template <class Z, std::size_t N>
[[nodiscard]] std::array<Z, N> softmax(std::array<Z, N> const& z) {
  using simd::exp;
  double most = value_of(z[0]);
  for (Z const& x : z) most = std::max(most, value_of(x));
  std::array<Z, N> y;
  Z sum = as_number<Z>(0);
  for (std::size_t k = 0; k < N; ++k) sum = sum + (y[k] = exp(z[k] - as_number<Z>(most)));
  for (Z& x : y) x = x / sum;
  return y;
}

/// u · v1^(-d/2) · v2^(-(1-d)/2) for normal v1, v2 > 0.
///
/// Registers take the way over roots alone where d = ½, which is the prior; elsewhere one power, in
/// float with relative errors of some 1e-6. There a ratio v1/v2 below the least normal number
/// counts as about that.
template <class V>
[[nodiscard]] V scaled_by_powers(V const& u, V const& v1, V const& v2, V const& d) {
  using simd::fast_exp;
  using simd::fast_log;
  using std::sqrt;
  if constexpr (requires {
                  all(d == d);
                  fast_sqrt(v1);
                }) {
    if (all(d == as_number<V>(0.5))) return u * fast_inverse_sqrt(fast_sqrt(v1) * fast_sqrt(v2));
    V const root = fast_inverse_sqrt(v2);
    return u * root * fast_power(v1 * root * root, as_number<V>(-0.5) * d);
  } else {
    return u * fast_exp(d * (fast_log(v2) - fast_log(v1)) * as_number<V>(0.5)) / sqrt(v2);
  }
}

}  // namespace halo::learned

#include <halo/macros_back.hpp>
