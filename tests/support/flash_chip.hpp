// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/core/random.hpp>

namespace support {

/// Flash in memory, which does what flash does: a byte is written once after its block was erased,
/// in whole units, and a power cut leaves anything in the unit or the block it hits.
template <std::size_t Bytes, std::size_t Block, std::size_t Write>
class flash_chip {
 public:
  explicit flash_chip(std::uint64_t number = 0) : draw_(halo::seed{number}) {
    for (std::byte& b : bytes_) b = noise();  // as a chip comes from who knows where
  }

  static constexpr std::size_t bytes() { return Bytes; }
  static constexpr std::size_t block_bytes() { return Block; }
  static constexpr std::size_t write_bytes() { return Write; }

  bool read(std::size_t at, std::span<std::byte> to) noexcept {
    if (!powered_ || at + to.size() > Bytes) return false;
    if (bad_reads_ > 0 && bad_reads_-- > 0) return false;
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at), to.size(), to.begin());
    return true;
  }
  bool erase(std::size_t at) noexcept {
    if (at % Block != 0 || at >= Bytes) return false;
    power const p = spend();
    if (p == power::gone) return false;
    ++erased[at / Block];
    for (std::size_t i = at; i < at + Block; ++i) {
      bytes_[i] = p == power::on ? std::byte{0xFF} : noise();
      written_[i] = false;
    }
    return p == power::on;
  }
  bool write(std::size_t at, std::span<std::byte const> from) noexcept {
    if (at % Write != 0 || from.size() % Write != 0 || at + from.size() > Bytes) return false;
    for (std::size_t first = 0; first < from.size(); first += Write) {
      power const p = spend();
      if (p == power::gone) return false;
      for (std::size_t i = first; i < first + Write; ++i) {
        if (written_[at + i] || bytes_[at + i] != std::byte{0xFF}) return false;
        bytes_[at + i] = p == power::on ? from[i] : noise();
        written_[at + i] = true;
      }
      if (p != power::on) return false;
    }
    return true;
  }

  /// The power goes in the operation behind so many: erasing a block, writing a unit.
  void cut_after(int operations) { left_ = operations; }
  void power_again() { powered_ = true, left_ = -1; }
  /// The next so many readings fail.
  void fail_reads(int times) { bad_reads_ = times; }
  /// Changes a bit of a byte.
  void flip(std::size_t at) { bytes_[at] ^= std::byte{4}; }

  std::array<int, Bytes / Block> erased{};  ///< how often each block was

 private:
  [[nodiscard]] std::byte noise() noexcept { return static_cast<std::byte>(draw_.bits() & 0xFFU); }
  enum class power { on, goes, gone };
  /// Whether there is power for another operation; it may go in the middle of it.
  [[nodiscard]] power spend() noexcept {
    if (!powered_) return power::gone;
    if (left_ < 0 || left_-- > 0) return power::on;
    powered_ = false;
    return power::goes;
  }
  std::array<std::byte, Bytes> bytes_{};
  std::array<bool, Bytes> written_{};
  halo::generator draw_;
  int left_ = -1, bad_reads_ = 0;
  bool powered_ = true;
};

}  // namespace support
