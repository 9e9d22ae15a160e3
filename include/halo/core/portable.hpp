// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <halo/core/bit_cast.hpp>

// Functions of one number whose every bit is the same on every processor and with every compiler.
// Mathematical libraries differ in the last bit, and compilers contract a·b + c to one rounding
// where a processor can: so series are summed in integers, and no product of doubles meets a sum.

// HALO_PORTABLE: the same bits of everything else, too, on every processor and with every compiler.
// One lane, sums in the order that is written, and a product and a sum never in one rounding (in
// all that follows in the file, the including program's own functions among it).
#if defined(HALO_PORTABLE)
#  if defined(__clang__)
#    pragma clang fp contract(off)
#  elif defined(__GNUC__)
#    pragma GCC optimize("fp-contract=off")
#  endif
#endif

namespace halo::core {

/// Whether fma of single numbers rounds once: where the processor has an instruction that does, and
/// nobody asked for the same bits everywhere.
#if !defined(HALO_PORTABLE) && (defined(__FMA__) || defined(__ARM_FEATURE_FMA))
inline constexpr bool fuses = true;
#else
inline constexpr bool fuses = false;
#endif

namespace detail {

/// The upper 64 bits of a product of 64-bit numbers: of fixed-point numbers with p and 64 binary
/// digits behind the point their product with p.
[[nodiscard]] constexpr std::uint64_t upper_product(std::uint64_t a, std::uint64_t b) noexcept {
#if defined(__SIZEOF_INT128__)
  __extension__ using wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<wide>(a) * b) >> 64);
#else
  std::uint64_t const mask = 0xffffffffU;
  std::uint64_t const low = (a & mask) * (b & mask);
  std::uint64_t const cross = (a >> 32) * (b & mask) + (low >> 32);
  std::uint64_t const other = (a & mask) * (b >> 32) + (cross & mask);
  return (a >> 32) * (b >> 32) + (cross >> 32) + (other >> 32);
#endif
}

/// 1 with 62 binary digits behind the point, and what such a number is.
inline constexpr std::uint64_t one_62 = std::uint64_t{1} << 62;
[[nodiscard]] constexpr double of_62(std::uint64_t x) noexcept {
  return static_cast<double>(x) * 0x1p-62;
}

/// 2^digits over the numbers by which series divide: no division is left for the processor.
template <std::size_t N>
[[nodiscard]] constexpr std::array<std::uint64_t, N> shares(std::uint64_t of, auto divisor) {
  std::array<std::uint64_t, N> s{};
  for (std::size_t i = 0; i < N; ++i) s[i] = of / divisor(std::uint64_t{i});
  return s;
}
inline constexpr std::uint64_t almost_one = ~std::uint64_t{0};  // 64 digits
inline constexpr auto over_odd =                                // 1/3, 1/5 ... 1/23
    shares<11>(one_62, [](std::uint64_t i) { return 2 * i + 3; });
inline constexpr auto over_next =  // 1/2, 1/3 ... 1/19
    shares<18>(almost_one, [](std::uint64_t i) { return i + 2; });
inline constexpr auto over_even_pairs =  // 1/(1·2), 1/(3·4) ... 1/(19·20)
    shares<10>(almost_one, [](std::uint64_t i) { return (2 * i + 1) * (2 * i + 2); });
inline constexpr auto over_odd_pairs =  // 1/(2·3), 1/(4·5) ... 1/(20·21)
    shares<10>(almost_one, [](std::uint64_t i) { return (2 * i + 2) * (2 * i + 3); });

/// ln 2 with 52 digits behind the point, and the next ten.
inline constexpr std::int64_t ln2_52 = 0x000B17217F7D1CF7;
inline constexpr std::int64_t ln2_next = 0x26A;  // 2^62 ln 2 = 0x2C5C85FDF473DE6A.F...

}  // namespace detail

/// ln x, relative error below 1e-15; x > 0, finite, else NaN (-infinity at zero, infinity there).
[[nodiscard]] constexpr double portable_log(double x) noexcept {
  using limits = std::numeric_limits<double>;
  if (!(x > 0)) return x == 0 ? -limits::infinity() : limits::quiet_NaN();
  if (x == limits::infinity()) return x;
  int exponent = -1022;
  if (x < limits::min()) {  // denormal
    x *= 0x1p54;
    exponent -= 54;
  }
  auto const bits = bit_cast<std::uint64_t>(x);
  exponent += static_cast<int>(bits >> 52);
  std::uint64_t const half = std::uint64_t{1022} << 52;
  double mantissa = bit_cast<double>((bits & ((std::uint64_t{1} << 52) - 1)) | half);  // [0.5, 1)
  if (mantissa < 0.70710678118654752) {
    mantissa += mantissa;
    --exponent;
  }
  double const s = (mantissa - 1.0) / (mantissa + 1.0);  // ln m = 2 atanh s, |s| < 0.172
  auto const z = static_cast<std::uint64_t>(s * s * 0x1p64);
  std::uint64_t series = detail::over_odd[10];
  for (std::size_t k = 10; k-- > 0;)
    series = detail::upper_product(series, z) + detail::over_odd[k];
  series = detail::upper_product(series, z) + detail::one_62;
  double const rest = (s + s) * detail::of_62(series);
  if (exponent == 0) return rest;
  auto const fixed = static_cast<std::int64_t>(rest * 0x1p52);
  return static_cast<double>(exponent * detail::ln2_52 + fixed) * 0x1p-52;
}

/// e^x, relative error below 1e-15 (denormal results rounded to what they can hold); infinity above
/// 709.8, zero below -745.2, NaN stays NaN.
[[nodiscard]] inline double portable_exp(double x) noexcept {
  if (!(x < 709.79)) return x > 0 ? std::numeric_limits<double>::infinity() : x;
  if (x < -745.2) return 0.0;
  auto const fixed = static_cast<std::int64_t>(x * 0x1p52);
  std::int64_t twos = fixed / detail::ln2_52;
  if (twos * detail::ln2_52 > fixed) --twos;  // x = twos · ln 2 + rest, 0 <= rest < ln 2
  std::int64_t rest = (fixed - twos * detail::ln2_52) * 1024 - twos * detail::ln2_next;
  if (rest < 0) rest = 0;
  auto const r = static_cast<std::uint64_t>(rest) << 2;  // 64 digits
  std::uint64_t sum = detail::one_62;
  for (std::size_t k = 18; k-- > 0;)
    sum =
        detail::one_62 + detail::upper_product(detail::upper_product(sum, r), detail::over_next[k]);
  sum = detail::one_62 + detail::upper_product(sum, r);
  return std::ldexp(detail::of_62(sum), static_cast<int>(twos));
}

namespace detail {

/// √x, rounded correctly, in integers; x >= 0, finite, else NaN (infinity there).
[[nodiscard]] constexpr double integer_root(double x) noexcept {
  if (!(x > 0) || x == std::numeric_limits<double>::infinity())
    return x >= 0 ? x : std::numeric_limits<double>::quiet_NaN();
  int exponent = 0;
  if (x < std::numeric_limits<double>::min()) {  // denormal
    x *= 0x1p54;
    exponent = -54;
  }
  auto const bits = bit_cast<std::uint64_t>(x);
  exponent += static_cast<int>(bits >> 52) - 1023;
  std::uint64_t const one = std::uint64_t{1} << 52;
  std::uint64_t rest = ((bits & (one - 1)) | one) << (exponent & 1);  // x = rest 2^(exponent-52)
  std::uint64_t root = 0, twice = 0;
  for (std::uint64_t digit = 2 * one; digit != 0; digit >>= 1) {  // 53 binary digits, and one more
    rest <<= 1;
    if (twice + digit > rest) continue;
    rest -= twice + digit;
    twice += 2 * digit;
    root += digit;
  }
  root = (root + 1) >> 1;  // never half-way: the square of such a root has too many digits
  auto const half = static_cast<std::uint64_t>((exponent >> 1) + 1022);
  return bit_cast<double>((half << 52) + root);
}

}  // namespace detail

/// √x, rounded correctly: by the processor where it has doubles, without a library where not.
[[nodiscard]] inline double portable_sqrt(double x) noexcept {
#if defined(__arm__) && (!defined(__ARM_FP) || (__ARM_FP & 8) == 0)
  return detail::integer_root(x);
#else
  return std::sqrt(x);
#endif
}

/// base^exponent by squaring, relative error below exponent · 2e-16.
[[nodiscard]] constexpr double portable_power(double base, std::uint64_t exponent) noexcept {
  double product = 1.0;
  for (; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) product *= base;
    base *= base;
  }
  return product;
}

/// base^exponent = e^(exponent ln base) for base >= 0, by squaring for whole numbers up to 4;
/// relative error below
/// (1 + |exponent ln base|) 1e-15.
[[nodiscard]] inline double portable_power(double base, double exponent) noexcept {
  if (exponent >= 0 && exponent <= 4 && exponent == std::floor(exponent))
    return portable_power(base, static_cast<std::uint64_t>(exponent));
  return portable_exp(exponent * portable_log(base));
}

/// tanh x, absolute error below 1e-15.
[[nodiscard]] inline double portable_tanh(double x) noexcept {
  double const e = portable_exp(-2 * std::abs(x));
  return std::copysign((1 - e) / (1 + e), x);
}

/// cos(2πu) and sin(2πu) for u in [0, 1), absolute error below 1e-15.
[[nodiscard]] inline std::array<double, 2> portable_turn(double u) noexcept {
  int const octant = static_cast<int>(u * 8.0);
  int const quarter = (octant + 1) / 2;                        // nearest quarter turn
  double const a = (u - 0.25 * quarter) * 6.2831853071795865;  // the product is exact; |a| <= π/4
  auto const z = static_cast<std::uint64_t>(a * a * 0x1p64);
  std::uint64_t even = detail::one_62, odd = detail::one_62;
  for (std::size_t k = 10; k-- > 0;) {  // Taylor: the last term is below 1e-18
    using detail::upper_product;
    even = detail::one_62 - upper_product(upper_product(even, z), detail::over_even_pairs[k]);
    odd = detail::one_62 - upper_product(upper_product(odd, z), detail::over_odd_pairs[k]);
  }
  double const cosine = detail::of_62(even), sine = a * detail::of_62(odd);
  switch (quarter & 3) {
    case 0:
      return {cosine, sine};
    case 1:
      return {-sine, cosine};
    case 2:
      return {-cosine, -sine};
    default:
      return {sine, -cosine};
  }
}

}  // namespace halo::core

#include <halo/macros_back.hpp>
