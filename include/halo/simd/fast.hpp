// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <type_traits>

#include <halo/simd/math.hpp>

// For inner loops that can do with errors of 1e-6, in float alone: for double each is the exact
// function of math.hpp.

namespace halo::simd {

namespace detail {

/// tanh x = x P(x²) / Q(x²) on |x| <= 7.6, relative error 5.3e-7 [reweighted least squares on
/// Chebyshev points], highest power first.
inline constexpr float fast_tanh_end = 7.6F;
inline constexpr std::array<float, 5> fast_tanh_above{
    -0x1.c840dp-28F, 0x1.f2a704p-18F, 0x1.66014p-9F, 0x1.050bb2p-3F, 0x1.fffffcp-1F};
inline constexpr std::array<float, 4> fast_tanh_below{0x1.a61aa6p-13F, 0x1.78cdaep-6F,
                                                      0x1.d7daep-2F, 1.0F};

}  // namespace detail

/// tanh x with a relative error below 1e-6 (float); NaN becomes ±1.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> fast_tanh(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  if constexpr (std::is_same_v<T, double>) {
    return tanh(x);
  } else {
    V const inside = max(min(x, V(detail::fast_tanh_end)), V(-detail::fast_tanh_end));
    V const z = inside * inside;
    return inside * detail::polynomial(z, detail::fast_tanh_above) /
           detail::polynomial(z, detail::fast_tanh_below);
  }
}

/// 1 / (1 + e^-x) with an absolute error below 5e-7 (float); NaN becomes 0 or 1.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> fast_sigmoid(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  if constexpr (std::is_same_v<T, double>)
    return sigmoid(x);
  else
    return fma(V(0.5F), fast_tanh(x * V(0.5F)), V(0.5F));
}

/// ln x as log(x) for normal x > 0; nothing sensible for other x.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> fast_log(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  using constant = detail::math_constants<T>;
  V const moved = bits_sum(x, V(constant::one_above_sqrt_half));
  V const k = bits_or(bits_right(moved, constant::mantissa_bits), V(constant::integers)) -
              V(constant::exponent_one);
  V const m = bits_sum(bits_and(moved, V(constant::mantissa_mask)), V(constant::sqrt_half));
  return detail::log_reduced(m, k);
}

/// asinh x as ln(|x| + √(x² + 1)) with an absolute error below 2e-7 for |x| < 10 (float); 4e-16
/// (double). Below 1 the relative error grows as that of asinh.hpp does not. x² must not overflow.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> fast_asinh(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  return copysign(fast_log(abs(x) + sqrt(fma(x, x, V(T(1))))), x);
}

template <floating T, class Arch = default_arch>
[[nodiscard]] inline T fast_tanh(T x) noexcept {
  return fast_tanh(batch<T, scalar>(x)).native;
}
template <floating T, class Arch = default_arch>
[[nodiscard]] inline T fast_sigmoid(T x) noexcept {
  return fast_sigmoid(batch<T, scalar>(x)).native;
}
template <floating T, class Arch = default_arch>
[[nodiscard]] inline T fast_log(T x) noexcept {
  return fast_log(batch<T, scalar>(x)).native;
}
template <floating T, class Arch = default_arch>
[[nodiscard]] inline T fast_asinh(T x) noexcept {
  return fast_asinh(batch<T, scalar>(x)).native;
}

}  // namespace halo::simd
