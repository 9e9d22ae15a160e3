// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

#include <halo/core/assert.hpp>
#include <halo/core/bit_cast.hpp>
#include <halo/io/tensor_view.hpp>

// Numbers of files as float.

namespace halo::io {

/// Whether elements of a type are numbers with a fraction: F32, F64, F16 or BF16.
[[nodiscard]] constexpr bool is_real(dtype type) noexcept {
  return type == dtype::f32 || type == dtype::f64 || type == dtype::f16 || type == dtype::bf16;
}

namespace detail {

/// The number that 16 bits are as an IEEE half.
[[nodiscard]] inline float half_to_float(std::uint16_t bits) noexcept {
  int const exponent = bits >> 10U & 31;
  auto const fraction = static_cast<float>(bits & 1023U);
  float const size = exponent == 0    ? std::ldexp(fraction, -24)
                     : exponent == 31 ? (fraction == 0 ? std::numeric_limits<float>::infinity()
                                                       : std::numeric_limits<float>::quiet_NaN())
                                      : std::ldexp(fraction + 1024, exponent - 25);
  return (bits & 0x8000U) != 0 ? -size : size;
}

/// The number that 16 bits are as a brain float: the upper half of a float.
[[nodiscard]] inline float brain_to_float(std::uint16_t bits) noexcept {
  return core::bit_cast<float>(std::uint32_t{bits} << 16U);
}

template <class T, class Convert>
void convert_each(std::span<std::byte const> from, std::span<float> to, Convert convert) noexcept {
  for (std::size_t i = 0; i < to.size(); ++i) {
    T value;
    std::memcpy(&value, from.data() + i * sizeof(T), sizeof(T));
    to[i] = convert(value);
  }
}

}  // namespace detail

/// The elements of a tensor of F32, F64 (to the nearest), F16 or BF16 as float, in the byte order
/// of this machine.
///
/// @pre  is_real(type), and `from` has as many elements as `to`
inline void to_floats(dtype type, std::span<std::byte const> from, std::span<float> to) noexcept {
  HALO_EXPECTS(is_real(type) && from.size() == to.size() * size_of(type),
               "to_floats: elements are F32, F64, F16 or BF16, as many as there is room for");
  if (to.empty()) return;
  if (type == dtype::f32) std::memcpy(to.data(), from.data(), from.size());
  if (type == dtype::f64)
    detail::convert_each<double>(from, to, [](double x) { return static_cast<float>(x); });
  if (type == dtype::f16) detail::convert_each<std::uint16_t>(from, to, detail::half_to_float);
  if (type == dtype::bf16) detail::convert_each<std::uint16_t>(from, to, detail::brain_to_float);
}

/// The place of the first number that is infinite or NaN, their count where all are finite.
[[nodiscard]] inline std::size_t first_not_finite(std::span<float const> values) noexcept {
  constexpr std::size_t block = 1024;
  constexpr std::uint32_t sign = 0x80000000U, infinity = 0x7F800000U;
  for (std::size_t at = 0; at < values.size(); at += block) {
    auto const some = values.subspan(at, std::min(block, values.size() - at));
    std::uint32_t most = 0;  // without a branch for each: a register of them at a time
    for (float const x : some) most = std::max(most, core::bit_cast<std::uint32_t>(x) & ~sign);
    if (most < infinity) continue;
    auto const bad =
        std::find_if(some.begin(), some.end(), [](float x) { return !std::isfinite(x); });
    return at + static_cast<std::size_t>(bad - some.begin());
  }
  return values.size();
}

}  // namespace halo::io

#include <halo/macros_back.hpp>
