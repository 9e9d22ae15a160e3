// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The only header that names xsimd. Its versions 8 to 14 and machines without any vector unit all
// look alike from here on. xsimd's functions are called unqualified on its registers, found by
// argument-dependent lookup alone: where xsimd knows no architecture it declares none of them.

#include <bit>
#include <cstddef>
#include <type_traits>

// g++ 12 calls the undefined operand of its own AVX-512 intrinsics uninitialised (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wuninitialized"
#  pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/xsimd.hpp>
#if defined(__AVX512F__)
#  include <immintrin.h>
#endif
#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic pop
#endif

namespace halo::simd {

/// The architecture without vector registers: a batch of one lane.
struct scalar {};

#if defined(XSIMD_NO_SUPPORTED_ARCHITECTURE)
using default_arch = scalar;
using native_archs = void;
#else
using default_arch = xsimd::default_arch;
using native_archs = xsimd::supported_architectures;  // arch.hpp spells them out
#endif

namespace detail {

/// What stands for a register and its mask on an architecture.
template <class T, class Arch>
struct native {
  using type = xsimd::batch<T, Arch>;
  using mask = xsimd::batch_bool<T, Arch>;
  static constexpr std::size_t size = type::size;
};
template <class T>
struct native<T, scalar> {
  using type = T;
  using mask = bool;
  static constexpr std::size_t size = 1;
};

/// Whether the machine's own minimum and maximum give the second operand where either is NaN (x86).
template <class Arch>
inline constexpr bool second_wins = XSIMD_WITH_SSE2 != 0 && !std::is_same_v<Arch, scalar>;

/// The machine's minimum: xsimd turns its operands round since version 14.
template <class R>
[[nodiscard]] inline R machine_min(R a, R b) noexcept {
#if XSIMD_VERSION_MAJOR >= 14
  return min(b, a);
#else
  return min(a, b);
#endif
}

/// The machine's maximum: xsimd turns its operands round since version 14.
template <class R>
[[nodiscard]] inline R machine_max(R a, R b) noexcept {
#if XSIMD_VERSION_MAJOR >= 14
  return max(b, a);
#else
  return max(a, b);
#endif
}

/// Sum of the lanes of a register.
template <class R>
[[nodiscard]] inline typename R::value_type machine_sum(R a) noexcept {
#if XSIMD_VERSION_MAJOR >= 9
  return reduce_add(a);
#else
  return hadd(a);
#endif
}

/// The bits of a number or register as another type of the same size.
template <class To, class From>
[[nodiscard]] inline To bits_as(From a) noexcept {
  if constexpr (std::is_arithmetic_v<From>)
    return std::bit_cast<To>(a);
  else
#if XSIMD_VERSION_MAJOR >= 11
    return bitwise_cast<typename To::value_type>(a);
#else
    return bitwise_cast<To>(a);
#endif
}

/// 1/√a with 12 bits or more, where the machine estimates it.
template <class R>
[[nodiscard]] inline R machine_rsqrt(R a) noexcept {
#if defined(__AVX512F__)
  if constexpr (R::size == 16)  // xsimd 8.1 names an intrinsic that does not exist
    return R(_mm512_rsqrt14_ps(a));
  else
#endif
    return rsqrt(a);
}

}  // namespace detail

}  // namespace halo::simd
