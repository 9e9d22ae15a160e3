// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <halo/core/concepts.hpp>
#include <halo/simd/batch_mask.hpp>
#include <halo/simd/lanes.hpp>
#include <halo/simd/native.hpp>

// At -Os compilers call functions of one instruction: three times the time, and more code.
#if defined(__OPTIMIZE_SIZE__)
#  define HALO_SIMD_INLINE [[gnu::always_inline]]
#else
#  define HALO_SIMD_INLINE
#endif

namespace halo::simd {

/// A SIMD register of T: arithmetic lane by lane, the same bits in every lane position.
///
/// halo's own type around xsimd's (or around one T where the machine has no vector unit), so that
/// argument-dependent lookup finds halo's functions and no version of xsimd shows through.
template <class T, class Arch = default_arch>
struct batch {
  using value_type = T;
  using arch = Arch;
  using mask = batch_mask<T, Arch>;
  using native_type = typename detail::native<T, Arch>::type;
  static constexpr std::size_t size = detail::native<T, Arch>::size;
  static constexpr bool is_scalar = std::is_arithmetic_v<native_type>;

  native_type native;

  batch() = default;
  /// The same number in every lane; implicit, so that x * 2 reads as in a formula.
  HALO_SIMD_INLINE batch(T value) noexcept : native(value) {}
  /// A constant of a formula, V(0.044715), in the precision of T.
  template <std::same_as<double> S>
  explicit batch(S value) noexcept
    requires(std::is_same_v<T, float>)
      : native(static_cast<float>(value)) {}
  struct wrap {};
  /// A register of the vector library.
  HALO_SIMD_INLINE batch(wrap, native_type n) noexcept : native(n) {}

  /// One lane's number, lane < size; slow, for tests and remainders.
  [[nodiscard]] T get(std::size_t lane) const noexcept {
    alignas(64) std::array<T, size> lanes;
    store(lanes.data());
    return lanes[lane];
  }
// g++ 12 at -O3 warns of a whole register beyond a short buffer, in loops that never reach it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Warray-bounds"
  [[nodiscard]] HALO_SIMD_INLINE static batch load(T const* p) noexcept {
    if constexpr (is_scalar)
      return {wrap{}, *p};
    else
      return {wrap{}, native_type::load_unaligned(p)};
  }
  HALO_SIMD_INLINE void store(T* p) const noexcept {
    if constexpr (is_scalar)
      *p = native;
    else
      native.store_unaligned(p);
  }
#pragma GCC diagnostic pop

  /// The first n lanes from memory, n < size, zero in the others; nothing behind p + n is read.
  [[nodiscard]] static batch load_first(T const* p, std::size_t n) noexcept {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && size == 16) {
      return {wrap{},
              native_type(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << n) - 1U), p))};
    } else if constexpr (std::is_same_v<T, double> && size == 8) {
      return {wrap{}, native_type(_mm512_maskz_loadu_pd(static_cast<__mmask8>((1U << n) - 1U), p))};
    } else
#endif
    {
      alignas(64) std::array<T, size> lanes{};
      detail::copy_first<size>(lanes.data(), p, n);
      return load(lanes.data());
    }
  }
  /// The first n lanes to memory, n < size; nothing behind p + n is written.
  void store_first(T* p, std::size_t n) const noexcept {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && size == 16) {
      _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1U << n) - 1U), native);
    } else if constexpr (std::is_same_v<T, double> && size == 8) {
      _mm512_mask_storeu_pd(p, static_cast<__mmask8>((1U << n) - 1U), native);
    } else
#endif
    {
      alignas(64) std::array<T, size> lanes;
      store(lanes.data());
      detail::copy_first<size>(p, lanes.data(), n);
    }
  }

  HALO_SIMD_INLINE friend batch operator+(batch a, batch b) noexcept {
    return {wrap{}, a.native + b.native};
  }
  HALO_SIMD_INLINE friend batch operator-(batch a, batch b) noexcept {
    return {wrap{}, a.native - b.native};
  }
  HALO_SIMD_INLINE friend batch operator*(batch a, batch b) noexcept {
    return {wrap{}, a.native * b.native};
  }
  HALO_SIMD_INLINE friend batch operator/(batch a, batch b) noexcept {
    if constexpr (is_scalar)
      return {wrap{}, a.native / b.native};
    else
      return {wrap{}, detail::machine_quotient(a.native, b.native)};
  }
  HALO_SIMD_INLINE friend batch operator-(batch a) noexcept {
    if constexpr (is_scalar)
      return {wrap{}, -a.native};
    else  // some of xsimd's negations are 0 - a, which loses the sign of zero
      return {wrap{}, a.native ^ native_type(T(-0.0))};
  }
  HALO_SIMD_INLINE batch& operator+=(batch b) noexcept { return *this = *this + b; }
  HALO_SIMD_INLINE batch& operator-=(batch b) noexcept { return *this = *this - b; }
  HALO_SIMD_INLINE batch& operator*=(batch b) noexcept { return *this = *this * b; }
  HALO_SIMD_INLINE batch& operator/=(batch b) noexcept { return *this = *this / b; }

  HALO_SIMD_INLINE friend mask operator<(batch a, batch b) noexcept {
    return {a.native < b.native};
  }
  HALO_SIMD_INLINE friend mask operator<=(batch a, batch b) noexcept {
    return {a.native <= b.native};
  }
  HALO_SIMD_INLINE friend mask operator>(batch a, batch b) noexcept {
    return {a.native > b.native};
  }
  HALO_SIMD_INLINE friend mask operator>=(batch a, batch b) noexcept {
    return {a.native >= b.native};
  }
  HALO_SIMD_INLINE friend mask operator==(batch a, batch b) noexcept {
    return {a.native == b.native};
  }
  HALO_SIMD_INLINE friend mask operator!=(batch a, batch b) noexcept {
    return {a.native != b.native};
  }

  /// a * b + c (one rounding where the machine has it).
  [[nodiscard]] HALO_SIMD_INLINE friend batch fma(batch a, batch b, batch c) noexcept {
    if constexpr (is_scalar) {
      if constexpr (core::fuses)
        return {wrap{}, std::fma(a.native, b.native, c.native)};
      else
        return {wrap{}, a.native * b.native + c.native};
    } else
#if defined(__AVX512F__)  // xsimd 8.1 has none: left to clang it is two instructions
      if constexpr (std::is_same_v<T, float> && size == 16) {
        return {wrap{}, native_type(_mm512_fmadd_ps(a.native, b.native, c.native))};
      } else if constexpr (std::is_same_v<T, double> && size == 8) {
        return {wrap{}, native_type(_mm512_fmadd_pd(a.native, b.native, c.native))};
      } else
#endif
      {
        return {wrap{}, fma(a.native, b.native, c.native)};
      }
  }
  /// c - a * b.
  [[nodiscard]] HALO_SIMD_INLINE friend batch fnma(batch a, batch b, batch c) noexcept {
#if defined(__ARM_NEON)  // xsimd 8.1 multiplies and adds
    constexpr bool by_fma = true;
#else
    constexpr bool by_fma = is_scalar;
#endif
    if constexpr (by_fma) {
      return fma(-a, b, c);
    } else
#if defined(__AVX512F__)  // xsimd 8.1 spends an instruction on the sign
      if constexpr (std::is_same_v<T, float> && size == 16) {
        return {wrap{}, native_type(_mm512_fnmadd_ps(a.native, b.native, c.native))};
      } else if constexpr (std::is_same_v<T, double> && size == 8) {
        return {wrap{}, native_type(_mm512_fnmadd_pd(a.native, b.native, c.native))};
      } else
#endif
      {
        return {wrap{}, fnma(a.native, b.native, c.native)};
      }
  }
  [[nodiscard]] HALO_SIMD_INLINE friend batch sqrt(batch a) noexcept {
    if constexpr (is_scalar)
      return {wrap{}, std::sqrt(a.native)};
    else
      return {wrap{}, detail::machine_root(a.native)};
  }
  [[nodiscard]] HALO_SIMD_INLINE friend batch abs(batch a) noexcept {
    if constexpr (is_scalar)
      return {wrap{}, std::abs(a.native)};
    else
      return {wrap{}, abs(a.native)};
  }
  /// m ? a : b, lane by lane.
  [[nodiscard]] HALO_SIMD_INLINE friend batch select(mask m, batch a, batch b) noexcept {
    if constexpr (is_scalar)
      return {wrap{}, m.native ? a.native : b.native};
    else
      return {wrap{}, select(m.native, a.native, b.native)};
  }
  /// The smaller one; b where a lane of either is NaN (so b decides, on every version of xsimd).
  [[nodiscard]] HALO_SIMD_INLINE friend batch min(batch a, batch b) noexcept {
    if constexpr (detail::second_wins<Arch>)
      return {wrap{}, detail::machine_min(a.native, b.native)};
    else
      return select(a < b, a, b);
  }
  /// The larger one; b where a lane of either is NaN.
  [[nodiscard]] HALO_SIMD_INLINE friend batch max(batch a, batch b) noexcept {
    if constexpr (detail::second_wins<Arch>)
      return {wrap{}, detail::machine_max(a.native, b.native)};
    else
      return select(a > b, a, b);
  }
  /// True where a lane is neither infinite nor NaN.
  [[nodiscard]] friend mask is_finite(batch a) noexcept { return a - a == batch(T(0)); }

  /// Sum of the lanes, in an order that depends on the architecture alone.
  [[nodiscard]] friend T lane_sum(batch a) noexcept {
    if constexpr (is_scalar)
      return a.native;
    else
      return detail::machine_sum(a.native);
  }
  /// The largest lane (no NaN among them).
  [[nodiscard]] friend T lane_max(batch a) noexcept {
    alignas(64) std::array<T, size> lanes;
    a.store(lanes.data());
    return detail::largest<size>(lanes.data());
  }

  /// f(bits of a, bits of b) as lanes of T again; f is generic over unsigned integers and registers
  /// of them. simd/bits.hpp names the useful ones.
  template <class F>
  [[nodiscard]] static batch from_words(batch a, batch b, F f) noexcept {
    using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    using words = std::conditional_t<is_scalar, word, typename detail::native<word, Arch>::type>;
    words const bits = f(detail::bits_as<words>(a.native), detail::bits_as<words>(b.native));
    return {wrap{}, detail::bits_as<native_type>(bits)};
  }
};

}  // namespace halo::simd

#undef HALO_SIMD_INLINE

#include <halo/macros_back.hpp>
