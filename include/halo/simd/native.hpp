// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

// The only header that names xsimd. Its versions 8 to 14 and machines without any vector unit all
// look alike from here on. xsimd's functions are called unqualified on its registers, found by
// argument-dependent lookup alone: where xsimd knows no architecture it declares none of them.

#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <type_traits>

#include <halo/core/bit_cast.hpp>
#include <halo/core/portable.hpp>

// xsimd is needed where there are vector registers to be used. With HALO_SCALAR, which
// HALO_PORTABLE implies, there are none: one lane, and no library. The macro must be defined for
// all sources of a program.
#if defined(HALO_PORTABLE) && !defined(HALO_SCALAR)
#  define HALO_SCALAR
#endif
#if !defined(HALO_SCALAR) && !__has_include(<xsimd/xsimd.hpp>)
#  if defined(__SSE2__) || defined(__ARM_NEON) || defined(__riscv_vector) || \
      defined(__ALTIVEC__) || defined(__wasm_simd128__)
#    error "halo: no xsimd on the include path; install it, or define HALO_SCALAR for one lane"
#  endif
#  define HALO_SCALAR
#endif

// Without GNU's extensions newlib declares less than xsimd's allocator names.
#if !defined(HALO_SCALAR) && defined(__NEWLIB__) && defined(__STRICT_ANSI__)
extern "C" int posix_memalign(void** memory, std::size_t alignment, std::size_t size);
#endif

// g++ 12 calls the undefined operand of its own AVX-512 intrinsics uninitialised (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wuninitialized"
#  pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#if !defined(HALO_SCALAR)
#  include <xsimd/xsimd.hpp>
#endif
#if defined(__SSE2__)  // bytes.hpp has loops of its own on integers, whose bits are always the same
#  include <immintrin.h>
#endif
#if defined(__ARM_NEON)
#  include <arm_neon.h>
#endif
#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic pop
#endif

// Sums are taken in the order and the precision that is written: e^x alone rounds by adding a large
// number and taking it away again, and what is not finite must be seen.
#if defined(__FLT_EVAL_METHOD__)
static_assert(__FLT_EVAL_METHOD__ == 0 || __FLT_EVAL_METHOD__ == 16,
              "halo: floats must be computed as floats, not in extended precision; on 32-bit x86 "
              "compile with -msse2 -mfpmath=sse");
#endif
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || \
    (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ != 0)
static_assert(sizeof(char) == 0,
              "halo: compile without -ffast-math, -Ofast, -fassociative-math and "
              "-ffinite-math-only; they change results and hide infinities");
#endif

namespace halo::simd {

/// The architecture without vector registers: a batch of one lane.
struct scalar {};

#if defined(HALO_SCALAR) || defined(XSIMD_NO_SUPPORTED_ARCHITECTURE)
using default_arch = scalar;
using native_archs = void;
#else
using default_arch = xsimd::default_arch;
using native_archs = xsimd::supported_architectures;  // arch.hpp spells them out
#endif

namespace detail {

/// What stands for a register and its mask on an architecture: one number where it has none.
template <class T, class Arch, bool HasRegisters>
struct native_types {
  using type = T;
  using mask = bool;
  static constexpr std::size_t size = 1;
};
#if defined(HALO_SCALAR)
template <class T, class Arch>
using native = native_types<T, Arch, false>;
#else
template <class T, class Arch>
struct native_types<T, Arch, true> {
  using type = xsimd::batch<T, Arch>;
  using mask = xsimd::batch_bool<T, Arch>;
  static constexpr std::size_t size = type::size;
};

/// Whether an architecture has registers of T; ARMv7 has none of doubles, and xsimd an empty type.
template <class T, class Arch>
inline constexpr bool has_registers =
    !std::is_same_v<Arch, scalar> &&
    !(std::is_same_v<T, double> && std::is_same_v<Arch, xsimd::neon>);
template <class T, class Arch>
using native = native_types<T, Arch, has_registers<T, Arch>>;
#endif

/// f of one lane after the other, where the machine has no instruction for all of them.
template <class R, class F, class... Rs>
[[nodiscard]] inline R lane_by_lane(F const& f, R first, Rs... others) noexcept {
  using T = typename R::value_type;
  alignas(64) T lanes[1 + sizeof...(Rs)][R::size];
  std::size_t k = 0;
  for (R const& r : {first, others...}) r.store_unaligned(lanes[k++]);
  for (std::size_t i = 0; i < R::size; ++i) {
    if constexpr (sizeof...(Rs) == 0)
      lanes[0][i] = f(lanes[0][i]);
    else
      lanes[0][i] = f(lanes[0][i], lanes[1][i]);
  }
  return R::load_unaligned(lanes[0]);
}

/// a / b, rounded once: xsimd multiplies NEON's estimates of 1/b, which are not.
template <class R>
[[nodiscard]] inline R machine_quotient(R a, R b) noexcept {
#if defined(__aarch64__)
  if constexpr (std::is_convertible_v<R, float32x4_t>) return R(vdivq_f32(a, b));
#elif defined(__ARM_NEON)
  if constexpr (std::is_convertible_v<R, float32x4_t>)
    return lane_by_lane([](auto x, auto y) { return x / y; }, a, b);
#endif
  return a / b;
}

/// √a, rounded once; as above.
template <class R>
[[nodiscard]] inline R machine_root(R a) noexcept {
#if defined(__aarch64__)
  if constexpr (std::is_convertible_v<R, float32x4_t>) return R(vsqrtq_f32(a));
#elif defined(__ARM_NEON)
  if constexpr (std::is_convertible_v<R, float32x4_t>)
    return lane_by_lane([](auto x) { return std::sqrt(x); }, a);
#endif
  return sqrt(a);
}

/// Whether the machine's own minimum and maximum give the second operand where either is NaN (x86).
#if defined(HALO_SCALAR)
template <class Arch>
inline constexpr bool second_wins = false;
#else
template <class Arch>
inline constexpr bool second_wins = XSIMD_WITH_SSE2 != 0 && !std::is_same_v<Arch, scalar>;
#endif

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
    return core::bit_cast<To>(a);
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

#include <halo/macros_back.hpp>
