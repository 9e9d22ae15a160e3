// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include <halo/core/assert.hpp>

namespace halo::nn {

/// Some of a number of channels: which ones of a norm stay when a network is made smaller.
///
/// A structural type, so that a layer may have it as a template argument.
struct channel_set {
  static constexpr std::size_t capacity = 512;

  std::array<std::uint64_t, capacity / 64> words{};  ///< channel c: bit c % 64 of word c / 64
  std::size_t channels = 0;                          ///< there are, chosen or not

  /// All of so many channels.
  [[nodiscard]] static constexpr channel_set all(std::size_t channels) noexcept {
    channel_set s{{}, channels};
    for (std::size_t c = 0; c < channels; ++c) s.set(c);
    return s;
  }
  /// These of so many channels.
  [[nodiscard]] static constexpr channel_set of(std::size_t channels,
                                                std::initializer_list<std::size_t> chosen) {
    channel_set s{{}, channels};
    for (std::size_t const c : chosen) s.set(c);
    return s;
  }

  [[nodiscard]] constexpr bool operator[](std::size_t c) const noexcept {
    return c < channels && ((words[c / 64] >> (c % 64)) & 1U) != 0;
  }
  /// Chooses a channel below capacity, or leaves it out.
  constexpr void set(std::size_t c, bool chosen = true) noexcept {
    HALO_EXPECTS(c < channels && channels <= capacity,
                 "channel_set: a channel of the set, of at most 512");
    std::uint64_t const bit = std::uint64_t{1} << (c % 64);
    words[c / 64] = chosen ? words[c / 64] | bit : words[c / 64] & ~bit;
  }
  /// How many are chosen.
  [[nodiscard]] constexpr std::size_t count() const noexcept {
    std::size_t n = 0;
    for (std::uint64_t const w : words) n += static_cast<std::size_t>(std::popcount(w));
    return n;
  }
  [[nodiscard]] constexpr bool operator==(channel_set const&) const noexcept = default;
};

}  // namespace halo::nn
