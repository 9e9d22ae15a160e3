// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <halo/core/allowed.hpp>
#include <halo/core/bfloat16.hpp>
#include <halo/core/concepts.hpp>
#include <halo/learned/eight_bits.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/program_traits.hpp>

// How a lean optimizer keeps the numbers of its coordinates.

namespace halo::learned {

/// In what numbers of a coordinate are kept between two steps.
enum class precision : unsigned char {
  full,        ///< as they are computed
  bfloat16,    ///< 16 bits: half the memory of floats, their range, eight binary digits
  eight_bits,  ///< 8 bits: four binary digits, around what is usual in a tensor (eight_bits.hpp)
};

namespace detail {

/// Whether the last number that coordinates of a program keep is where they began, P::start.
template <class P>
inline constexpr bool keeps_start = false;
template <class P>
  requires requires { P::start; }
inline constexpr bool keeps_start<P> = P::start + 1 == P::state;

/// Numbers of a coordinate that are kept, and not given.
template <class P>
inline constexpr std::size_t kept_numbers = P::state - (keeps_start<P> ? 1 : 0);

/// What one of them is kept in.
template <precision S, floating T>
using kept_as =
    std::conditional_t<S == precision::full, T,
                       std::conditional_t<S == precision::bfloat16, std::int16_t, std::int8_t>>;

/// Between which magnitudes each of a coordinate's numbers is kept, where that is in 8 bits.
template <class P>
using kept_scales = std::array<eight_bits, kept_numbers<P> == 0 ? 1 : kept_numbers<P>>;

/// The same around a mean of squares.
template <class P>
[[nodiscard]] kept_scales<P> scales_of(float mean_square) noexcept {
  kept_scales<P> scales;
  for (std::size_t k = 0; k < kept_numbers<P>; ++k) {
    bool const squares = program_traits<P>::range_of(k).low >= 0;
    scales[k] = eight_bits::around(squares ? mean_square : std::sqrt(mean_square), !squares);
  }
  return scales;
}
/// Where all squares are at most that of a bound: a mean by which they fit.
[[nodiscard]] inline float mean_below(float bound) noexcept { return bound * bound * 0x1p-15F; }

/// How numbers kept in fewer digits are rounded in a tensor's step of that number, 0 ... 65535: by
/// the fractions of multiples of the golden ratio. Over the steps of a run they fill 0 ... 1
/// evenly, so that a running mean moves even where each of its steps is less than its last digit.
[[nodiscard]] constexpr std::uint32_t rounding_of(std::uint64_t step) noexcept {
  return static_cast<std::uint32_t>(step * 0x9E3779B9U) >> 16;
}

/// A register of numbers as they are computed with.
/// @param in  between which magnitudes 8 bits are
template <class V>
[[nodiscard]] V load_kept(typename V::value_type const* from, eight_bits) noexcept {
  return V::load(from);
}
template <class V>
[[nodiscard]] V load_kept(std::int8_t const* from, eight_bits in) noexcept {
  using T = typename V::value_type;
  alignas(64) T numbers[V::size];
  for (std::size_t k = 0; k < V::size; ++k) numbers[k] = static_cast<T>(in.number(from[k]));
  return V::load(numbers);
}
template <class V>
[[nodiscard]] V load_kept(std::int16_t const* from, eight_bits) noexcept {
  using T = typename V::value_type;
  alignas(64) T numbers[V::size];
  for (std::size_t k = 0; k < V::size; ++k) numbers[k] = static_cast<T>(core::of_bfloat16(from[k]));
  return V::load(numbers);
}
/// A register of numbers as they are kept, rounded by rounding_of.
template <class V>
void store_kept(V v, typename V::value_type* to, std::uint32_t, eight_bits) noexcept {
  v.store(to);
}
template <class V>
void store_kept(V v, std::int8_t* to, std::uint32_t noise, eight_bits in) noexcept {
  alignas(64) typename V::value_type numbers[V::size];
  v.store(numbers);
  for (std::size_t k = 0; k < V::size; ++k) to[k] = in.code(static_cast<float>(numbers[k]), noise);
}
template <class V>
void store_kept(V v, std::int16_t* to, std::uint32_t noise, eight_bits) noexcept {
  alignas(64) typename V::value_type numbers[V::size];
  v.store(numbers);
  for (std::size_t k = 0; k < V::size; ++k)
    to[k] = core::to_bfloat16(static_cast<float>(numbers[k]), noise);
}

/// What a file may say of number k of a coordinate, as it is kept.
template <class P, precision S, floating T>
[[nodiscard]] allowed kept_range(std::size_t k, double most) {
  allowed range = program_traits<P>::range_of(k);
  range.low = std::max(range.low, -most);
  range.high = std::min(range.high, most);
  if constexpr (S == precision::bfloat16) {
    auto const ordered = [](double x) {
      return static_cast<double>(core::to_bfloat16(static_cast<float>(x), 0));
    };
    range = allowed::between(ordered(range.low), ordered(range.high));
  }
  if constexpr (S == precision::eight_bits) range = allowed::between(-128, 127);
  return range;
}

}  // namespace detail
}  // namespace halo::learned

#include <halo/macros_back.hpp>
