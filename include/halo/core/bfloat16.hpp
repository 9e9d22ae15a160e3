// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include <halo/core/bit_cast.hpp>

// Floats in 16 bits: the range of a float, and eight binary digits.

namespace halo::core {

/// A float as a bfloat16, rounded away from zero where `noise` and the digits that are cut off make
/// 2^16, else towards it: with noise that is as often large as small, right on average.
///
/// The 16 bits are handed out in the order of the numbers, as an integer that is below another
/// where its float is: 0 is 0, the largest finite number 32639, its negative -32640. -0 is -1.
/// @param x      finite, below 3.3e38 in magnitude
/// @param noise  0 ... 65535; 0 cuts, 32768 rounds to the nearest
[[nodiscard]] inline std::int16_t to_bfloat16(float x, std::uint32_t noise) noexcept {
  auto const bits = static_cast<std::int32_t>(bit_cast<std::uint32_t>(x) + noise) >> 16;
  return static_cast<std::int16_t>(bits ^ ((bits >> 31) & 0x7fff));
}

/// The float that such an integer stands for.
[[nodiscard]] inline float of_bfloat16(std::int16_t ordered) noexcept {
  std::int32_t const bits = ordered;
  return bit_cast<float>(static_cast<std::uint32_t>(bits ^ ((bits >> 31) & 0x7fff)) << 16);
}

}  // namespace halo::core
