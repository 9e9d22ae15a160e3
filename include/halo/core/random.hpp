// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/core/portable.hpp>

namespace halo {

/// What makes a run repeatable.
struct seed {
  std::uint64_t value = 0;  ///< any number
  friend constexpr bool operator==(seed, seed) = default;
};

namespace core {

/// Four random words from a counter and a key.
///
/// Philox4x32 with ten rounds [Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"].
/// Integer arithmetic only, so the same bits everywhere.
[[nodiscard]] constexpr std::array<std::uint32_t, 4> philox(
    std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) noexcept {
  for (int round = 0; round < 10; ++round) {
    std::uint64_t const p0 = std::uint64_t{0xD2511F53U} * counter[0];
    std::uint64_t const p1 = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {
        static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(p1),
        static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(p0)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

}  // namespace core

/// Random numbers that depend on (seed, stream, position) alone, with the same bits on every
/// platform.
///
/// Philox4x32-10 under a 64-bit key (the seed) and a 128-bit counter (stream, position): a
/// generator is three integers, may be copied, saved and moved to any position, and different
/// streams of one seed never meet. A draw takes one position (normal and wide draws too).
class generator {
 public:
  /// Begins a stream at its first number; streams of one seed are independent.
  explicit generator(seed s, std::uint64_t stream = 0) noexcept : seed_(s), stream_(stream) {}

  /// How many draws were made.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  /// Goes on after so many draws.
  void seek(std::uint64_t position) noexcept { position_ = position; }

  /// The four words of a position; moves nothing.
  [[nodiscard]] std::array<std::uint32_t, 4> words(std::uint64_t position) const noexcept {
    return core::philox({low(position), high(position), low(stream_), high(stream_)},
                        {low(seed_.value), high(seed_.value)});
  }

  /// Uniform 32 bits.
  std::uint32_t bits() noexcept { return words(position_++)[0]; }

  /// Uniform on {0, 1, ..., 2^24 - 1} / 2^24, so in [0, 1).
  float uniform() noexcept { return static_cast<float>(bits() >> 8) * 0x1p-24F; }

  /// Standard normal [Box & Muller 1958], in double, rounded to float.
  float normal() noexcept {
    auto const w = words(position_++);
    double const u = (static_cast<double>(wide(w[0], w[1]) >> 11) + 1.0) * 0x1p-53;  // (0, 1]
    double const radius = core::portable_sqrt(-2.0 * core::portable_log(u));
    return static_cast<float>(radius * core::portable_turn(static_cast<double>(w[2]) * 0x1p-32)[0]);
  }

  /// True with probability p (to 2^-32; exactly never for p <= 0, exactly always for p >= 1).
  bool bernoulli(double p) noexcept {
    double const u = static_cast<double>(bits()) * 0x1p-32;
    return u < p;
  }

  /// Uniform on {0, ..., n - 1}, n >= 1; the bias of a value is below n / 2^64.
  std::uint32_t below(std::uint32_t n) noexcept {
    auto const w = words(position_++);
    std::uint64_t const carry = (std::uint64_t{w[1]} * n) >> 32;
    return static_cast<std::uint32_t>((std::uint64_t{w[0]} * n + carry) >> 32);
  }

  /// A uniform permutation of 0 ... order.size() - 1 [Fisher & Yates].
  void permutation(std::span<std::uint32_t> order) noexcept {
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
    for (std::size_t i = order.size(); i > 1; --i) {
      std::size_t const j = below(static_cast<std::uint32_t>(i));
      std::uint32_t const kept = order[i - 1];
      order[i - 1] = order[j];
      order[j] = kept;
    }
  }

 private:
  static constexpr std::uint32_t low(std::uint64_t x) noexcept {
    return static_cast<std::uint32_t>(x);
  }
  static constexpr std::uint32_t high(std::uint64_t x) noexcept {
    return static_cast<std::uint32_t>(x >> 32);
  }
  static constexpr std::uint64_t wide(std::uint32_t hi, std::uint32_t lo) noexcept {
    return (std::uint64_t{hi} << 32) | lo;
  }

  seed seed_;
  std::uint64_t stream_;
  std::uint64_t position_ = 0;
};

}  // namespace halo
