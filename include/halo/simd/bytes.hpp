// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <halo/simd/batch.hpp>

// Bytes in registers of 32-bit lanes, four a lane: what integer products are made of.

namespace halo::simd {

template <class Arch = default_arch>
using words = batch<std::uint32_t, Arch>;
template <class Arch = default_arch>
using integers = batch<std::int32_t, Arch>;

/// Whether the machine multiplies and adds bytes in one instruction (AVX-512 VNNI).
#if defined(__AVX512VNNI__)
inline constexpr bool has_byte_dot = true;
#else
inline constexpr bool has_byte_dot = false;
#endif

/// Four bytes from memory.
[[nodiscard]] inline std::uint32_t load_word(std::uint8_t const* p) noexcept {
  std::uint32_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

/// A register of bytes from memory, four a lane.
template <class Arch = default_arch>
[[nodiscard]] inline words<Arch> load_words(std::uint8_t const* p) noexcept {
  if constexpr (words<Arch>::is_scalar) {
    return {typename words<Arch>::wrap{}, load_word(p)};
  } else {
    alignas(64) std::array<std::uint32_t, words<Arch>::size> lanes;
    std::memcpy(lanes.data(), p, sizeof lanes);  // compilers see one load
    return words<Arch>::load(lanes.data());
  }
}

/// The same bits as integers.
template <class Arch>
[[nodiscard]] inline integers<Arch> bits_as_integers(batch<float, Arch> a) noexcept {
  using R = typename integers<Arch>::native_type;
  return {typename integers<Arch>::wrap{}, detail::bits_as<R>(a.native)};
}

/// The nearest floats.
template <class Arch>
[[nodiscard]] inline batch<float, Arch> to_floats(integers<Arch> a) noexcept {
  if constexpr (integers<Arch>::is_scalar)
    return {typename batch<float, Arch>::wrap{}, static_cast<float>(a.native)};
  else
    return {typename batch<float, Arch>::wrap{}, to_float(a.native)};
}

/// Integers 0 ... 255 in float lanes to bytes.
template <class Arch>
inline void store_bytes(batch<float, Arch> a, std::uint8_t* p) noexcept {
#if defined(__AVX512F__)
  if constexpr (batch<float, Arch>::size == 16) {
    __m512i const wide = _mm512_cvtps_epi32(a.native);
    _mm512_mask_cvtepi32_storeu_epi8(p, 0xFFFF, wide);
  } else
#endif
#if defined(__SSE2__)
      if constexpr (batch<float, Arch>::size == 4) {
    __m128i const wide = _mm_cvtps_epi32(a.native), half = _mm_packs_epi32(wide, wide);
    auto const four = static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_packus_epi16(half, half)));
    std::memcpy(p, &four, sizeof four);
  } else
#endif
  {
    alignas(64) std::array<float, batch<float, Arch>::size> lanes;
    a.store(lanes.data());
    for (std::size_t i = 0; i < lanes.size(); ++i)
      p[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(lanes[i]));
  }
}

/// sum + Σ a_i · b_i in each lane, over four unsigned bytes of a and four signed bytes of b; exact,
/// nothing saturates.
///
/// @tparam Fused  part of the name, here and in what calls it, so that objects with and without the
/// instruction link together
template <class Arch, bool Fused = has_byte_dot>
[[nodiscard]] inline integers<Arch> dot_bytes(words<Arch> a, words<Arch> b,
                                              integers<Arch> sum) noexcept {
  using to [[maybe_unused]] = typename integers<Arch>::wrap;
  using R [[maybe_unused]] = typename integers<Arch>::native_type;
#if defined(__AVX512BW__)
  if constexpr (words<Arch>::size == 16) {
#  if defined(__AVX512VNNI__)
    if constexpr (Fused) return {to{}, R(_mm512_dpbusd_epi32(sum.native, a.native, b.native))};
#  endif
    __m512i const x = a.native, y = b.native, low = _mm512_set1_epi16(255);
    __m512i const even =
        _mm512_madd_epi16(_mm512_and_si512(x, low), _mm512_srai_epi16(_mm512_slli_epi16(y, 8), 8));
    __m512i const odd = _mm512_madd_epi16(_mm512_srli_epi16(x, 8), _mm512_srai_epi16(y, 8));
    return {to{}, R(_mm512_add_epi32(sum.native, _mm512_add_epi32(even, odd)))};
  } else
#endif
#if defined(__AVX2__)
      if constexpr (words<Arch>::size == 8) {
    __m256i const x = a.native, y = b.native, low = _mm256_set1_epi16(255);
    __m256i const even =
        _mm256_madd_epi16(_mm256_and_si256(x, low), _mm256_srai_epi16(_mm256_slli_epi16(y, 8), 8));
    __m256i const odd = _mm256_madd_epi16(_mm256_srli_epi16(x, 8), _mm256_srai_epi16(y, 8));
    return {to{}, R(_mm256_add_epi32(sum.native, _mm256_add_epi32(even, odd)))};
  } else
#endif
#if defined(__SSE2__)
      if constexpr (words<Arch>::size == 4) {
    __m128i const x = a.native, y = b.native, low = _mm_set1_epi16(255);
    __m128i const even =
        _mm_madd_epi16(_mm_and_si128(x, low), _mm_srai_epi16(_mm_slli_epi16(y, 8), 8));
    __m128i const odd = _mm_madd_epi16(_mm_srli_epi16(x, 8), _mm_srai_epi16(y, 8));
    return {to{}, R(_mm_add_epi32(sum.native, _mm_add_epi32(even, odd)))};
  } else
#endif
  {
    constexpr std::size_t n = words<Arch>::size;
    std::array<std::uint32_t, n> x, y;
    std::array<std::int32_t, n> s;
    a.store(x.data());
    b.store(y.data());
    sum.store(s.data());
    for (std::size_t i = 0; i < n; ++i)
      for (unsigned shift = 0; shift < 32; shift += 8)
        s[i] += static_cast<std::int32_t>(x[i] >> shift & 255U) *
                static_cast<std::int8_t>(static_cast<std::uint8_t>(y[i] >> shift));
    return integers<Arch>::load(s.data());
  }
}

}  // namespace halo::simd
