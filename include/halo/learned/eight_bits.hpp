// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <halo/core/bit_cast.hpp>

namespace halo::learned::detail {

/// Floats in 8 bits, each octave in eight steps: of numbers that are never negative 32 octaves, of
/// others 16 and a sign. What is below is rounded to 0 or to the smallest, what is above is the
/// largest.
struct eight_bits {
  std::int32_t below = 0;  ///< the code 1, as the first twelve bits of a float, minus 1
  bool has_sign = false;

  /// For numbers around `usual`: as many octaves above it as below.
  [[nodiscard]] static eight_bits around(float usual, bool has_sign) noexcept {
    return {place(usual, has_sign ? 64 : 128), has_sign};
  }
  /// The number that a code stands for.
  [[nodiscard]] float number(std::int8_t code) const noexcept {
    std::int32_t const c = has_sign ? code & 0x7f : code + 128;
    if (c == 0) return 0;
    float const size = core::bit_cast<float>(static_cast<std::uint32_t>(below + c) << 20);
    return has_sign && code < 0 ? -size : size;
  }

  /// Its code, rounded away from zero where `noise` and what is cut off make a step, else towards
  /// it.
  /// @param x      finite
  /// @param noise  0 ... 65535
  [[nodiscard]] std::int8_t code(float x, std::uint32_t noise) const noexcept {
    float const size = std::abs(x);
    std::uint32_t const bits = core::bit_cast<std::uint32_t>(size);
    std::int32_t c = static_cast<std::int32_t>((bits + (noise << 4)) >> 20) - below;
    if (c <= 1 && static_cast<std::int32_t>(bits >> 20) <= below)
      c = size >= smallest() * (1 - static_cast<float>(noise) * 0x1p-16F) && size > 0 ? 1 : 0;
    c = std::min<std::int32_t>(c, has_sign ? 127 : 255);
    if (!has_sign) return static_cast<std::int8_t>(c - 128);
    return static_cast<std::int8_t>(x < 0 ? c - 128 : c);
  }

 private:
  [[nodiscard]] float smallest() const noexcept {
    return core::bit_cast<float>(static_cast<std::uint32_t>(below + 1) << 20);
  }
  /// Where codes begin if that of x is to be `code`: such that all are normal numbers.
  [[nodiscard]] static std::int32_t place(float x, std::int32_t code) noexcept {
    auto const at = static_cast<std::int32_t>(core::bit_cast<std::uint32_t>(x) >> 20);
    return std::clamp<std::int32_t>(at - code, 7, 0x7f7 - 255);
  }
};

}  // namespace halo::learned::detail

#include <halo/macros_back.hpp>
