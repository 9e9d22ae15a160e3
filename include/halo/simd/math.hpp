// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <halo/core/bit_cast.hpp>
#include <halo/simd/bits.hpp>

// One algorithm for every architecture and for plain scalars.
// Two architectures may differ in the last bits only where one of them fuses multiply and add.

namespace halo::simd {

namespace detail {

/// Constants of exp and log for one floating type.
///
/// exp_tail: (e^r - 1 - r) / r² on |r| <= ln2/2; log_tail: (2 atanh s - 2 s) / s³ in s² on
/// |s| <= 3 - 2√2; tanh_tail: (tanh x - x) / x³ in x² on |x| <= 0.55. All minimax [Remez exchange
/// in 200 bits], highest power first.
template <class T>
struct math_constants;

template <>
struct math_constants<float> {
  static constexpr int mantissa_bits = 23;
  static constexpr float log2_e = 0x1.715476p+0F;
  static constexpr float ln2_high = 0x1.62e4p-1F;  // times any exponent: exact
  static constexpr float ln2_low = 0x1.7f7d1cp-20F;
  static constexpr float shift = 0x1.8p23F + 127.0F;  // rounds to integers, biased exponent below
  static constexpr float exp_lowest = -104.0F;        // below: less than half the least denormal
  static constexpr float exp_highest = 89.0F;         // above: infinity
  static constexpr float tanh_one = 9.1F;             // from here tanh rounds to 1
  static constexpr float sqrt_half = 0x1.6a09e6p-1F;
  static constexpr float one_above_sqrt_half = core::bit_cast<float>(
      core::bit_cast<std::uint32_t>(1.0F) - core::bit_cast<std::uint32_t>(sqrt_half));
  static constexpr float mantissa_mask = core::bit_cast<float>(0x007FFFFFU);
  static constexpr float integers = 0x1p23F;  // or-ed with a small integer's bits: a float
  static constexpr float exponent_one = integers + 127.0F;
  static constexpr float exponent_denormal = exponent_one + 23.0F;
  static constexpr std::array<float, 5> exp_tail{0x1.6a23ccp-10F, 0x1.123a2p-7F, 0x1.5558f2p-5F,
                                                 0x1.555492p-3F, 0x1.fffffcp-2F};
  static constexpr std::array<float, 3> log_tail{0x1.31eap-2F, 0x1.995e7cp-2F, 0x1.55557ap-1F};
  static constexpr std::array<float, 5> tanh_tail{-0x1.9b2cccp-8F, 0x1.593c74p-6F, -0x1.b9286ap-5F,
                                                  0x1.110d26p-3F, -0x1.55554ap-2F};
};

template <>
struct math_constants<double> {
  static constexpr int mantissa_bits = 52;
  static constexpr double log2_e = 0x1.71547652b82fep+0;
  static constexpr double ln2_high = 0x1.62e42feep-1;
  static constexpr double ln2_low = 0x1.a39ef35793c76p-33;
  static constexpr double shift = 0x1.8p52 + 1023.0;
  static constexpr double exp_lowest = -746.0;
  static constexpr double exp_highest = 710.0;
  static constexpr double tanh_one = 19.1;
  static constexpr double sqrt_half = 0x1.6a09e667f3bcdp-1;
  static constexpr double one_above_sqrt_half = core::bit_cast<double>(
      core::bit_cast<std::uint64_t>(1.0) - core::bit_cast<std::uint64_t>(sqrt_half));
  static constexpr double mantissa_mask = core::bit_cast<double>(0x000FFFFFFFFFFFFFU);
  static constexpr double integers = 0x1p52;
  static constexpr double exponent_one = integers + 1023.0;
  static constexpr double exponent_denormal = exponent_one + 52.0;
  static constexpr std::array<double, 10> exp_tail{
      0x1.ad7f3aa21a9f3p-26, 0x1.28ad9b8c58ab4p-22, 0x1.71df25b5e5564p-19, 0x1.a01999e25d0c4p-16,
      0x1.a01a012a0dd5fp-13, 0x1.6c16c18438b1cp-10, 0x1.1111111127d13p-7,  0x1.555555555083ep-5,
      0x1.55555555554f9p-3,  0x1.000000000000ap-1};
  static constexpr std::array<double, 7> log_tail{
      0x1.2f15bc48db0d6p-3, 0x1.39a02edaab663p-3, 0x1.74664d76c9ccbp-3, 0x1.c71c51c66ca2p-3,
      0x1.249249423e533p-2, 0x1.999999997f8a7p-2, 0x1.5555555555593p-1};
  static constexpr std::array<double, 11> tanh_tail{
      -0x1.470b6d23e67f2p-16, 0x1.5d722227ed10bp-14, -0x1.e96f04afb2eccp-13, 0x1.34839c130327ap-11,
      -0x1.7d8fd17dbd27dp-10, 0x1.d6d29b6ca8bb2p-9,  -0x1.226e2f1377256p-7,  0x1.664f485968f4ep-6,
      -0x1.ba1ba1b97d67ap-5,  0x1.111111111079cp-3,  -0x1.555555555554fp-2};
};

/// Horner's rule, highest coefficient first.
template <class V, class T, std::size_t N>
[[nodiscard]] inline V polynomial(V x, std::array<T, N> const& coefficients) noexcept {
  V y(coefficients[0]);
  for (std::size_t i = 1; i < N; ++i) y = fma(y, x, V(coefficients[i]));
  return y;
}

/// x = k ln 2 + r with |r| <= ln2/2 (a hair more); biased holds k + bias in its lowest bits.
template <class V>
struct exp_reduction {
  V biased;
  V k;
  V r;
};

template <class T, class Arch>
[[nodiscard]] inline exp_reduction<batch<T, Arch>> reduce_exp(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  using constant = math_constants<T>;
  V const biased = fma(x, V(constant::log2_e), V(constant::shift));
  V const k = biased - V(constant::shift);
  V const r = fnma(k, V(constant::ln2_low), fnma(k, V(constant::ln2_high), x));
  return {biased, k, r};
}

/// e^r - 1 for |r| <= ln2/2.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> expm1_small(batch<T, Arch> r) noexcept {
  return fma(r * r, polynomial(r, math_constants<T>::exp_tail), r);
}

/// a · 2^k, rounded once, for integers k of at most twice the exponent's range.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> scale(batch<T, Arch> a, batch<T, Arch> k) noexcept {
  using V = batch<T, Arch>;
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float> && V::size == 16)
    return {typename V::wrap{}, _mm512_scalef_ps(a.native, k.native)};
  else if constexpr (std::is_same_v<T, double> && V::size == 8)
    return {typename V::wrap{}, _mm512_scalef_pd(a.native, k.native)};
  else
#endif
  {
    using constant = math_constants<T>;
    V const half = fma(k, V(T(0.5)), V(constant::shift));
    V const rest = (k - (half - V(constant::shift))) + V(constant::shift);
    return a * bits_left(half, constant::mantissa_bits) * bits_left(rest, constant::mantissa_bits);
  }
}

/// ln(m · 2^k) for sqrt(1/2) <= m < sqrt 2: 2 atanh((m-1)/(m+1)) + k ln 2, arranged as
/// in fdlibm's e_log.c so that the largest terms are exact.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> log_reduced(batch<T, Arch> m, batch<T, Arch> k) noexcept {
  using V = batch<T, Arch>;
  using constant = math_constants<T>;
  V const f = m - V(T(1));
  V const s = f / (m + V(T(1)));
  V const z = s * s;
  V const tail = z * polynomial(z, constant::log_tail);
  V const half_square = V(T(0.5)) * f * f;
  V const low = fma(s, half_square + tail, k * V(constant::ln2_low));
  return fma(k, V(constant::ln2_high), f - (half_square - low));
}

}  // namespace detail

/// e^x: error below 1.1 ulp (float and double).
///
/// Denormal results are rounded once; +infinity above ln max, 0 below; NaN stays NaN.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> exp(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  using constant = detail::math_constants<T>;
  V const inside = min(V(constant::exp_highest), max(V(constant::exp_lowest), x));
  auto const [biased, k, r] = detail::reduce_exp(inside);
  return detail::scale(V(T(1)) + detail::expm1_small(r), k);
}

/// ln x: error below 1 ulp (float and double).
///
/// Denormal arguments count; ln 0 = -infinity, ln infinity = infinity, NaN for x < 0 and NaN.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> log(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  using limits = std::numeric_limits<T>;
  using constant = detail::math_constants<T>;
  V const lift(constant::integers);
  auto const denormal = x < V(limits::min());
  V const normal = select(denormal, x * lift, x);
  // adding bits(1) - bits(sqrt 1/2) carries into the exponent where the mantissa reaches sqrt 2
  V const moved = bits_sum(normal, V(constant::one_above_sqrt_half));
  V const k_biased = bits_or(bits_right(moved, constant::mantissa_bits), lift);
  V const k =
      k_biased - select(denormal, V(constant::exponent_denormal), V(constant::exponent_one));
  V const m = bits_sum(bits_and(moved, V(constant::mantissa_mask)), V(constant::sqrt_half));
  V const result = detail::log_reduced(m, k);
  V const nan(limits::quiet_NaN());
  V const infinity(limits::infinity());
  V const edge = select(x == V(T(0)), -infinity, select(x < V(T(0)), nan, x));
  return select(x > V(T(0)) && x < infinity, result, edge);
}

/// tanh x: error below 1.5 ulp (float and double), for small |x| too.
///
/// Exactly ±1 where that is the nearest number, so at infinity too; keeps the sign of zero; NaN
/// stays NaN.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> tanh(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  using constant = detail::math_constants<T>;
  V const one(T(1));
  V const size = min(V(constant::tanh_one), abs(x));
  auto const [biased, k, r] = detail::reduce_exp(size + size);
  V const power = bits_left(biased, constant::mantissa_bits);  // 2^k
  V const e = fma(power, detail::expm1_small(r), power);       // e^2|x|
  V const high = one - V(T(2)) / (e + one);
  V const z = size * size;
  V const low = fma(z * size, detail::polynomial(z, constant::tanh_tail), size);
  return copysign(select(size < V(T(0.55)), low, high), x);
}

/// 1 / (1 + e^-x): error below 2 ulp (float and double).
///
/// Denormal results are rounded once; 1 at infinity, 0 at -infinity; NaN stays NaN.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> sigmoid(batch<T, Arch> x) noexcept {
  using V = batch<T, Arch>;
  V const e = exp(-abs(x));
  V const sum = e + V(T(1));
  V const lost = e - (sum - V(T(1)));  // what the sum rounded away
  V const q = select(x < V(T(0)), e, V(T(1))) / sum;
  V const inverse = fnma(sum, V(T(0.5)), V(T(1.457)));  // 1 / sum within 5 %
  return fnma(q * lost, inverse, q);
}

/// The same functions of one number, with the same algorithm.
template <floating T, class Arch = default_arch>
[[nodiscard]] inline T exp(T x) noexcept {
  return exp(batch<T, scalar>(x)).native;
}
template <floating T, class Arch = default_arch>
[[nodiscard]] inline T log(T x) noexcept {
  return log(batch<T, scalar>(x)).native;
}
template <floating T, class Arch = default_arch>
[[nodiscard]] inline T tanh(T x) noexcept {
  return tanh(batch<T, scalar>(x)).native;
}
template <floating T, class Arch = default_arch>
[[nodiscard]] inline T sigmoid(T x) noexcept {
  return sigmoid(batch<T, scalar>(x)).native;
}

}  // namespace halo::simd

#include <halo/macros_back.hpp>
