// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <halo/core/bit_cast.hpp>

namespace halo {

/// FNV-1a, 64 bits: what tells bytes from other bytes; a single wrong byte always shows
/// [Fowler, Noll & Vo]. Against accidents, not against an enemy.
///
///     f.constant("weights", halo::fingerprint_of(std::span<float const>(weights)).text().data());
class fingerprint {
 public:
  /// h ← (h xor byte) · 0x100000001b3.
  constexpr void add(unsigned char byte) noexcept { sum_ = (sum_ ^ byte) * 0x100000001B3U; }
  /// A text, and that it ends here.
  constexpr void add(std::string_view text) noexcept {
    for (char const c : text) add(static_cast<unsigned char>(c));
    add(static_cast<unsigned char>(0));
  }
  /// An element in memory, its least significant byte first: the same sum on every machine.
  constexpr void add(std::span<std::byte const> element) noexcept {
    for (std::size_t i = 0; i < element.size(); ++i) {
      bool const little = std::endian::native == std::endian::little;
      add(std::to_integer<unsigned char>(element[little ? i : element.size() - 1 - i]));
    }
  }

  /// h of all bytes so far.
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return sum_; }
  /// 16 hexadecimal digits, zero-terminated.
  [[nodiscard]] constexpr std::array<char, 17> text() const noexcept {
    std::array<char, 17> digits{};
    std::uint64_t rest = sum_;
    for (std::size_t i = 16; i-- > 0; rest >>= 4U) digits[i] = "0123456789abcdef"[rest & 15U];
    return digits;
  }

 private:
  std::uint64_t sum_ = 0xCBF29CE484222325U;
};

/// The fingerprint of numbers, bit by bit.
template <class T, std::size_t N>
[[nodiscard]] constexpr fingerprint fingerprint_of(std::span<T const, N> values) noexcept {
  static_assert(std::is_arithmetic_v<T>, "halo: fingerprint: of numbers");
  fingerprint f;
  for (T const& x : values) {
    auto const raw = core::bit_cast<std::array<std::byte, sizeof(T)>>(x);
    f.add(std::span<std::byte const>(raw));
  }
  return f;
}

}  // namespace halo
