// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The only header that names xsimd. Its versions 8 to 14 and machines without any vector unit all
// look alike from here on. xsimd's functions are called unqualified on its registers, found by
// argument-dependent lookup alone: where xsimd knows no architecture it declares none of them.

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

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

#include <halo/core/concepts.hpp>

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

// Whether the machine's own minimum and maximum give the second operand where either is NaN (x86).
// xsimd passes its arguments on in their order before version 14 and turned round since.
template <class Arch>
inline constexpr bool second_wins = XSIMD_WITH_SSE2 != 0 && !std::is_same_v<Arch, scalar>;

}  // namespace detail

/// One truth value a lane.
template <class T, class Arch = default_arch>
struct batch_mask {
  using native_type = typename detail::native<T, Arch>::mask;
  native_type native;

  friend batch_mask operator&&(batch_mask a, batch_mask b) noexcept {
    return {a.native && b.native};
  }
  friend batch_mask operator||(batch_mask a, batch_mask b) noexcept {
    return {a.native || b.native};
  }
  friend batch_mask operator!(batch_mask a) noexcept { return {!a.native}; }

  [[nodiscard]] friend bool any(batch_mask m) noexcept {
    if constexpr (std::is_same_v<Arch, scalar>)
      return m.native;
    else
      return any(m.native);
  }
  [[nodiscard]] friend bool all(batch_mask m) noexcept {
    if constexpr (std::is_same_v<Arch, scalar>)
      return m.native;
    else
      return all(m.native);
  }
};

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
  static constexpr bool is_scalar = std::is_same_v<Arch, scalar>;

  native_type native;

  batch() = default;
  batch(T value) noexcept : native(value) {}  // implicit: x * 2 reads as in a formula
  /// A constant of a formula, V(0.044715), in the precision of T.
  template <std::same_as<double> S>
  explicit batch(S value) noexcept requires(std::is_same_v<T, float>)
      : native(static_cast<float>(value)) {}
  struct wrap {};
  batch(wrap, native_type n) noexcept : native(n) {}

  [[nodiscard]] T get(std::size_t lane) const noexcept {
    alignas(64) std::array<T, size> lanes;
    store(lanes.data());
    return lanes[lane];
  }
// g++ 12 at -O3 warns of a whole register beyond a short buffer, in loops that never reach it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Warray-bounds"
  [[nodiscard]] static batch load(T const* p) noexcept {
    if constexpr (is_scalar)
      return {wrap{}, *p};
    else
      return {wrap{}, native_type::load_unaligned(p)};
  }
  void store(T* p) const noexcept {
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
      copy_first(lanes.data(), p, n, std::make_index_sequence<size>{});
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
      copy_first(p, lanes.data(), n, std::make_index_sequence<size>{});
    }
  }

  friend batch operator+(batch a, batch b) noexcept { return {wrap{}, a.native + b.native}; }
  friend batch operator-(batch a, batch b) noexcept { return {wrap{}, a.native - b.native}; }
  friend batch operator*(batch a, batch b) noexcept { return {wrap{}, a.native * b.native}; }
  friend batch operator/(batch a, batch b) noexcept { return {wrap{}, a.native / b.native}; }
  friend batch operator-(batch a) noexcept {
    if constexpr (is_scalar)
      return {wrap{}, -a.native};
    else  // some of xsimd's negations are 0 - a, which loses the sign of zero
      return {wrap{}, a.native ^ native_type(T(-0.0))};
  }
  batch& operator+=(batch b) noexcept { return *this = *this + b; }
  batch& operator-=(batch b) noexcept { return *this = *this - b; }
  batch& operator*=(batch b) noexcept { return *this = *this * b; }
  batch& operator/=(batch b) noexcept { return *this = *this / b; }

  friend mask operator<(batch a, batch b) noexcept { return {a.native < b.native}; }
  friend mask operator<=(batch a, batch b) noexcept { return {a.native <= b.native}; }
  friend mask operator>(batch a, batch b) noexcept { return {a.native > b.native}; }
  friend mask operator>=(batch a, batch b) noexcept { return {a.native >= b.native}; }
  friend mask operator==(batch a, batch b) noexcept { return {a.native == b.native}; }
  friend mask operator!=(batch a, batch b) noexcept { return {a.native != b.native}; }

  /// a * b + c (one rounding where the machine has it).
  [[nodiscard]] friend batch fma(batch a, batch b, batch c) noexcept {
    if constexpr (is_scalar) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
      return {wrap{}, std::fma(a.native, b.native, c.native)};
#else
      return {wrap{}, a.native * b.native + c.native};
#endif
    } else {
      return {wrap{}, fma(a.native, b.native, c.native)};
    }
  }
  /// c - a * b.
  [[nodiscard]] friend batch fnma(batch a, batch b, batch c) noexcept {
    if constexpr (is_scalar) {
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
  [[nodiscard]] friend batch sqrt(batch a) noexcept {
    if constexpr (is_scalar)
      return {wrap{}, std::sqrt(a.native)};
    else
      return {wrap{}, sqrt(a.native)};
  }
  /// √a with a relative error below 3e-7 for finite float a >= 0, without the divider where the
  /// machine estimates 1/√a; below the smallest normal number its root, 1.1e-19. Exact for double.
  [[nodiscard]] friend batch fast_sqrt(batch a) noexcept {
    if constexpr (std::is_same_v<T, float> && detail::second_wins<Arch>) {
      batch const x = max(batch(std::numeric_limits<T>::min()), a);
      batch const r = estimate_rsqrt(x);  // 12 bits or more, then one step of Newton's
      batch const s = x * r;
      // r / 2 by its exponent, since multipliers are what a loop around this is bound by
      batch const h =
          from_words(r, r, [](auto bits, auto) { return bits - decltype(bits)(1U << 23); });
      return fma(s, fnma(s, h, batch(T(0.5))), s);
    } else {
      return sqrt(a);
    }
  }
  [[nodiscard]] friend batch abs(batch a) noexcept {
    if constexpr (is_scalar)
      return {wrap{}, std::abs(a.native)};
    else
      return {wrap{}, abs(a.native)};
  }
  /// m ? a : b, lane by lane.
  [[nodiscard]] friend batch select(mask m, batch a, batch b) noexcept {
    if constexpr (is_scalar)
      return {wrap{}, m.native ? a.native : b.native};
    else
      return {wrap{}, select(m.native, a.native, b.native)};
  }
  /// The smaller one; b where a lane of either is NaN (so b decides, on every version of xsimd).
  [[nodiscard]] friend batch min(batch a, batch b) noexcept {
    if constexpr (detail::second_wins<Arch> && XSIMD_VERSION_MAJOR >= 14)
      return {wrap{}, min(b.native, a.native)};
    else if constexpr (detail::second_wins<Arch>)
      return {wrap{}, min(a.native, b.native)};
    else
      return select(a < b, a, b);
  }
  /// The larger one; b where a lane of either is NaN.
  [[nodiscard]] friend batch max(batch a, batch b) noexcept {
    if constexpr (detail::second_wins<Arch> && XSIMD_VERSION_MAJOR >= 14)
      return {wrap{}, max(b.native, a.native)};
    else if constexpr (detail::second_wins<Arch>)
      return {wrap{}, max(a.native, b.native)};
    else
      return select(a > b, a, b);
  }
  /// True where a lane is neither infinite nor NaN.
  [[nodiscard]] friend mask is_finite(batch a) noexcept { return a - a == batch(T(0)); }

  /// Sum of the lanes, in an order that depends on the architecture alone.
  [[nodiscard]] friend T lane_sum(batch a) noexcept {
    if constexpr (is_scalar) {
      return a.native;
    } else {
#if XSIMD_VERSION_MAJOR >= 9
      return reduce_add(a.native);
#else
      return hadd(a.native);
#endif
    }
  }
  /// The largest lane (no NaN among them).
  [[nodiscard]] friend T lane_max(batch a) noexcept {
    alignas(64) std::array<T, size> lanes;
    a.store(lanes.data());
    return largest<size / 2>(lanes.data());
  }

  /// f(bits of a, bits of b) as lanes of T again; f is generic over unsigned integers and registers
  /// of them. simd/bits.hpp names the useful ones.
  template <class F>
  [[nodiscard]] static batch from_words(batch a, batch b, F f) noexcept {
    using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    if constexpr (is_scalar) {
      word const bits = f(std::bit_cast<word>(a.native), std::bit_cast<word>(b.native));
      return {wrap{}, std::bit_cast<T>(bits)};
    } else {
      using words = xsimd::batch<word, Arch>;
#if XSIMD_VERSION_MAJOR >= 11
      words const bits = f(bitwise_cast<word>(a.native), bitwise_cast<word>(b.native));
      return {wrap{}, bitwise_cast<T>(bits)};
#else
      words const bits = f(bitwise_cast<words>(a.native), bitwise_cast<words>(b.native));
      return {wrap{}, bitwise_cast<native_type>(bits)};
#endif
    }
  }

 private:
  static batch estimate_rsqrt(batch a) noexcept {
#if defined(__AVX512F__)
    if constexpr (size == 16) {  // xsimd 8.1 names an intrinsic that does not exist
      return {wrap{}, native_type(_mm512_rsqrt14_ps(a.native))};
    } else
#endif
    {
      return {wrap{}, rsqrt(a.native)};
    }
  }

  // Halves against each other, in loops of known length that become one instruction each.
  template <std::size_t Half>
  static T largest(T* lanes) noexcept {
    for (std::size_t i = 0; i < Half; ++i)
      lanes[i] = lanes[i + Half] > lanes[i] ? lanes[i + Half] : lanes[i];
    if constexpr (Half > 1)
      return largest<Half / 2>(lanes);
    else
      return lanes[0];
  }

  // A chain of tests, not a loop: compilers turn the loop into a call of memcpy, and a call spills
  // every vector register of the kernel around it.
  template <std::size_t... I>
  static void copy_first(T* to, T const* from, std::size_t n, std::index_sequence<I...>) noexcept {
    static_cast<void>(((I < n ? (to[I] = from[I], true) : false) && ...));
  }
};

}  // namespace halo::simd
