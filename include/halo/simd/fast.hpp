// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cstddef>
#include <type_traits>

#include <halo/simd/arch.hpp>
#include <halo/simd/fast_sqrt.hpp>
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

/// The same polynomials in (2y)² for y's, times a factor: powers of two, so no bit is lost.
template <std::size_t N>
[[nodiscard]] constexpr std::array<float, N> of_double(std::array<float, N> c, float factor) {
  for (std::size_t i = N; i-- > 0; factor *= 0.25F) c[i] *= factor;
  return c;
}

/// (e^r - 1) / r on |r| <= ln2/2, relative error of e^r 1e-7, and ln(1 + f) / f on
/// √½ <= 1 + f <= √2, relative error 1.7e-7 [the same method].
inline constexpr std::array<float, 5> fast_exp_tail{0x1.0fa7d4p-7F, 0x1.573adp-5F, 0x1.555a6ep-3F,
                                                    0x1.fffdc4p-2F, 0x1.fffff6p-1F};
inline constexpr std::array<float, 8> fast_log_tail{
    -0x1.9df934p-4F, 0x1.4c3cd4p-3F, -0x1.614c24p-3F, 0x1.978e36p-3F,
    -0x1.ff623cp-3F, 0x1.5559dcp-2F, -0x1.00007ap-1F, 0x1.fffffep-1F};

/// (2^r - 1) / r on |r| <= ½, relative error of 2^r 1e-7, and log2(1 + f) / f on √½ <= 1 + f <= √2,
/// absolute error of the logarithm 3e-7 [Remez exchange].
inline constexpr std::array<float, 5> fast_exp2_tail{
    0x1.5bba14p-10F, 0x1.3cea88p-7F, 0x1.c6b752p-5F, 0x1.ebf9bcp-3F, 0x1.62e42ap-1F};
inline constexpr std::array<float, 7> fast_log2_tail{
    0x1.5d75ap-3F,  -0x1.173e2p-2F,  0x1.30659ap-2F, -0x1.6f93b2p-2F,
    0x1.ebff06p-2F, -0x1.71582ep-1F, 0x1.7154c4p+0F};

/// x = m 2^k with √½ <= m < √2, for normal x > 0.
template <class T, class Arch>
struct fast_parts {
  batch<T, Arch> m, k;

  explicit fast_parts(batch<T, Arch> x) noexcept {
    using V = batch<T, Arch>;
    using constant = math_constants<T>;
    V const moved = bits_sum(x, V(constant::one_above_sqrt_half));
    k = bits_or(bits_right(moved, constant::mantissa_bits), V(constant::integers)) -
        V(constant::exponent_one);
    m = bits_sum(bits_and(moved, V(constant::mantissa_mask)), V(constant::sqrt_half));
  }
};

}  // namespace detail

/// e^x for x limited to ±87, with a relative error below 1e-6 (float).
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> fast_exp(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  using constant = detail::math_constants<T>;
  if constexpr (std::is_same_v<T, double>) {
    return exp(x);
  } else {
    V const inside = max(min(x, V(87.0F)), V(-87.0F));
    V const biased = fma(inside, V(constant::log2_e), V(constant::shift));
    V const k = biased - V(constant::shift);
    // where fma rounds once, one product k ln2 is as good as two
    constexpr bool once = fuses<Arch>();
    V const r = once ? fnma(k, V(0x1.62e43p-1F), inside)
                     : fnma(k, V(constant::ln2_low), fnma(k, V(constant::ln2_high), inside));
    V const power = bits_left(biased, constant::mantissa_bits);  // 2^k
    return fma(power * r, detail::polynomial(r, detail::fast_exp_tail), power);
  }
}

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
  if constexpr (std::is_same_v<T, double>) {
    return sigmoid(x);
  } else {  // ½ + ½ tanh(x/2)
    static constexpr auto above = detail::of_double(detail::fast_tanh_above, 0.25F);
    static constexpr auto below = detail::of_double(detail::fast_tanh_below, 1.0F);
    constexpr float end = 2 * detail::fast_tanh_end;
    V const inside = max(min(x, V(end)), V(-end));
    V const z = inside * inside;
    return inside * detail::polynomial(z, above) / detail::polynomial(z, below) + V(0.5F);
  }
}

/// ln x for normal x > 0 with a relative error below 1e-6 (float); nothing sensible for other x.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> fast_log(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  using constant = detail::math_constants<T>;
  detail::fast_parts<T, Arch> const of(x);
  if constexpr (std::is_same_v<T, double>) {
    return detail::log_reduced(of.m, of.k);
  } else {
    V const f = of.m - V(1.0F);
    V const tail = f * detail::polynomial(f, detail::fast_log_tail);
    return fma(of.k, V(constant::ln2_high), fma(of.k, V(constant::ln2_low), tail));
  }
}

/// x^p for normal x > 0, |p| <= 1 and -126 <= p log2 x <= 127, with a relative error below
/// 1e-6 + 1e-7 |p ln x| (float), as 2^(p log2 x). Smaller x, zero too, count as about the least
/// normal number; nothing sensible for other x and p.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> fast_power(batch<T, Arch> x, batch<T, Arch> p) noexcept {
  using V = batch<T, Arch>;
  using constant = detail::math_constants<T>;
  if constexpr (std::is_same_v<T, double>) {
    return exp(p * fast_log(x));
  } else {
    detail::fast_parts<T, Arch> const of(x);
    V const f = of.m - V(1.0F);
    V const y = p * fma(f, detail::polynomial(f, detail::fast_log2_tail), of.k);
    V const biased = y + V(constant::shift);
    V const r = y - (biased - V(constant::shift));
    V const power = bits_left(biased, constant::mantissa_bits);  // 2^k
    return fma(power * r, detail::polynomial(r, detail::fast_exp2_tail), power);
  }
}

/// 1/√x for normal x > 0 with a relative error below 1e-6 (float), without the divider where the
/// machine estimates it.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> fast_inverse_sqrt(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  if constexpr (std::is_same_v<T, float> && detail::second_wins<Arch>) {
    V const r(typename V::wrap{}, detail::machine_rsqrt(x.native));  // then one step of Newton's
    return fma(r * V(0.5F), fnma(x * r, r, V(1.0F)), r);
  } else {
    return V(T(1)) / sqrt(x);
  }
}

/// asinh x as ln(|x| + √(x² + 1)) with an absolute error below 4e-7 for |x| < 10 (float); 4e-16
/// (double). Below 1 the relative error grows as that of asinh.hpp does not. x² must not overflow.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> fast_asinh(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  return copysign(fast_log(abs(x) + fast_sqrt(fma(x, x, V(T(1))))), x);
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
[[nodiscard]] inline T fast_exp(T x) noexcept {
  return fast_exp(batch<T, scalar>(x)).native;
}
template <floating T, class Arch = default_arch>
[[nodiscard]] inline T fast_inverse_sqrt(T x) noexcept {
  return fast_inverse_sqrt(batch<T, scalar>(x)).native;
}
template <floating T, class Arch = default_arch>
[[nodiscard]] inline T fast_log(T x) noexcept {
  return fast_log(batch<T, scalar>(x)).native;
}
template <floating T, class Arch = default_arch>
[[nodiscard]] inline T fast_power(T x, T p) noexcept {
  return fast_power(batch<T, scalar>(x), batch<T, scalar>(p)).native;
}
template <floating T, class Arch = default_arch>
[[nodiscard]] inline T fast_asinh(T x) noexcept {
  return fast_asinh(batch<T, scalar>(x)).native;
}

}  // namespace halo::simd

#include <halo/macros_back.hpp>
