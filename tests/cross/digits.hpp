// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

// Images of digits as constants of a program, so that they lie in flash: 28 by 28 numbers each, a
// digit of 5 by 7 squares about the middle, of some brightness, in noise.

namespace digits {

inline constexpr std::size_t size = 28 * 28;

inline constexpr std::array<std::array<std::uint8_t, 7>, 10> glyphs{{
    {0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110},
    {0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110},
    {0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111},
    {0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110},
    {0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010},
    {0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110},
    {0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110},
    {0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000},
    {0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110},
    {0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100},
}};

/// Count images and what they show, digits from First to First + 4, each as often as any other.
template <std::size_t Count, std::size_t First = 0>
struct images {
  std::array<float, Count * size> x{};
  std::array<std::int32_t, Count> y{};

  constexpr explicit images(std::uint32_t state) {
    auto const draw = [&state](std::uint32_t n) {  // below n
      state = state * 1664525U + 1013904223U;
      return static_cast<std::uint32_t>(static_cast<std::uint64_t>(state >> 8) * n >> 24);
    };
    for (std::size_t i = 0; i < Count; ++i) {
      std::size_t const digit = i * 3 % 5;
      y[i] = static_cast<std::int32_t>(digit);
      float* const image = x.data() + i * size;
      for (std::size_t k = 0; k < size; ++k) image[k] = static_cast<float>(draw(80)) / 256;
      constexpr std::size_t unit = 3, wide = 5 * unit, high = 7 * unit;
      std::size_t const left = 5 + draw(4), top = 2 + draw(4);
      float const bright = static_cast<float>(150 + draw(106)) / 256;
      for (std::size_t r = 0; r < high; ++r)
        for (std::size_t c = 0; c < wide; ++c)
          if ((glyphs[First + digit][r / unit] >> (4 - c / unit) & 1) != 0)
            image[(top + r) * 28 + left + c] = bright;
    }
  }
  /// One of them.
  [[nodiscard]] constexpr std::span<float const> image(std::size_t i) const {
    return std::span<float const>(x).subspan(i * size, size);
  }
  /// What it shows.
  [[nodiscard]] constexpr std::span<std::int32_t const> label(std::size_t i) const {
    return std::span<std::int32_t const>(y).subspan(i, 1);
  }
};

}  // namespace digits
