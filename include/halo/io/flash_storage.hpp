// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/core/fingerprint.hpp>
#include <halo/io/input.hpp>
#include <halo/io/memory_files.hpp>
#include <halo/io/quoted.hpp>

namespace halo::io {

/// A region of flash as its driver has it. Addresses count from the region's beginning.
///
/// erase(at) makes a block of block_bytes() ready to be written; write(at, bytes) writes whole
/// units of write_bytes() that were erased and not written since; all say whether they succeeded.
template <class F>
concept flash_region = requires(F& flash, std::size_t at, std::span<std::byte> to,
                                std::span<std::byte const> const from) {
  { F::bytes() } -> std::same_as<std::size_t>;
  { F::block_bytes() } -> std::same_as<std::size_t>;
  { F::write_bytes() } -> std::same_as<std::size_t>;
  { flash.read(at, to) } noexcept -> std::same_as<bool>;
  { flash.erase(at) } noexcept -> std::same_as<bool>;
  { flash.write(at, from) } noexcept -> std::same_as<bool>;
};

namespace detail {

/// What stands in front of bytes in flash; the last thing that is written.
struct flash_head {
  static constexpr std::uint64_t mark = 0x316873616C666168;  // "haflash1"
  static constexpr std::size_t longest_name = 32;

  std::uint64_t begins = mark;
  std::uint64_t turn = 0;  ///< of two, the one with the larger number counts
  std::uint64_t bytes = 0;
  std::uint64_t sum = 0;  ///< of the bytes
  std::array<char, longest_name> name{};
  std::uint64_t own_sum = 0;  ///< of all above

  [[nodiscard]] std::uint64_t right_sum() const noexcept {
    fingerprint f;
    for (std::uint64_t const x : {begins, turn, bytes, sum}) f.add(std::as_bytes(std::span(&x, 1)));
    for (char const c : name) f.add(static_cast<unsigned char>(c));
    return f.value();
  }
  [[nodiscard]] std::string_view title() const noexcept {
    return {name.data(),
            static_cast<std::size_t>(std::find(name.begin(), name.end(), '\0') - name.begin())};
  }
};

}  // namespace detail

/// Bytes in flash as a file: what an input reads.
template <flash_region Flash>
class flash_file {
 public:
  /// So many bytes from an address on.
  flash_file(Flash& flash, std::size_t begin, std::size_t size) noexcept
      : flash_(&flash), begin_(begin), size_(size) {}

  /// Bytes it has.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Reads up to so many bytes, fewer only at the end; -1 where the driver fails.
  [[nodiscard]] std::ptrdiff_t read_up_to(std::span<std::byte> to) noexcept {
    auto const part = to.first(std::min(to.size(), size_ - at_));
    if (!part.empty() && !flash_->read(begin_ + at_, part)) return -1;
    at_ += part.size();
    return static_cast<std::ptrdiff_t>(part.size());
  }
  /// Goes to a byte, from 0; false behind the end.
  [[nodiscard]] bool seek(std::size_t at) noexcept {
    at_ = std::min(at, size_);
    return at <= size_;
  }
  /// Why the last of them failed.
  [[nodiscard]] std::string reason() const { return "an error of the flash"; }

 private:
  Flash* flash_;
  std::size_t begin_, size_, at_ = 0;
};

/// A storage in a region of flash, for one name: two halves that are written in turn.
///
/// Bytes are written behind a head, and the head last; what is kept is the newer half of those
/// whose head and bytes have the right sums. So a power cut at any moment leaves the old bytes or
/// the new ones, and blocks wear evenly. Most bytes of a name: largest(). A name has 32 characters
/// at most. Allocates what a sentence needs, where one is thrown.
///
///     io::flash_storage where(driver);
///     adapt::save(where, "run", device);
template <flash_region Flash>
class flash_storage {
  static constexpr std::size_t up(std::size_t n, std::size_t to) { return (n + to - 1) / to * to; }
  static constexpr std::size_t unit = Flash::write_bytes(), block = Flash::block_bytes();
  static constexpr std::size_t half = Flash::bytes() / 2 / block * block;
  static constexpr std::size_t head_bytes = up(sizeof(detail::flash_head), unit);
  static constexpr std::size_t piece_bytes = up(256, unit);
  static_assert(half > head_bytes,
                "halo: flash_storage: each half of the region has a block and "
                "room for more than a head");
  static_assert(block % unit == 0, "halo: flash_storage: a block has whole units of writing");

 public:
  /// Uses a driver, which stays where it is. Reads nothing.
  explicit flash_storage(Flash& flash) noexcept : flash_(&flash) {}

  /// Most bytes that are kept.
  [[nodiscard]] static constexpr std::size_t largest() noexcept { return half - head_bytes; }

  /// An input of what is kept; halo::error where there is nothing, or something of another name.
  [[nodiscard]] input<flash_file<Flash>> open(std::string const& name) const {
    auto const kept = newest();
    if (!kept || kept->head.title() != name)
      fail("flash", name, "something of that name",
           kept ? quoted(kept->head.title()) : std::string("nothing"));
    return {name, source_of(*kept)};
  }
  input<flash_file<Flash>> open(std::string&&) const = delete;
  /// Whether something is kept under a name.
  [[nodiscard]] bool holds(std::string const& name) const noexcept {
    auto const kept = newest();
    return kept && kept->head.title() == name;
  }
  /// Keeps bytes in the place of the old ones.
  /// @throws halo::error for too many bytes, a name that is too long or another than that of what
  ///         is kept, and where the driver fails; the old bytes are still there then
  void replace(std::string const& name, std::span<std::byte const> bytes) {
    auto const kept = newest();
    if (name.size() > detail::flash_head::longest_name || name.find('\0') != std::string::npos)
      fail("flash", name, "a name of 32 characters at most, none of them zero", "another");
    if (kept && kept->head.title() != name)
      fail("flash", name, "the name of what is kept", quoted(kept->head.title()));
    if (bytes.size() > largest())
      fail("flash", name, std::to_string(largest()) + " bytes at most",
           std::to_string(bytes.size()));
    detail::flash_head head{.turn = kept ? kept->head.turn + 1 : 1,
                            .bytes = bytes.size(),
                            .sum = *sum_of(memory_file(bytes))};
    std::copy(name.begin(), name.end(), head.name.begin());
    head.own_sum = head.right_sum();
    std::size_t const begin = kept && kept->begin == 0 ? half : 0;
    bool const written = erase(begin, head_bytes + bytes.size()) &&
                         write(begin + head_bytes, bytes) &&
                         write(begin, std::as_bytes(std::span(&head, 1)));
    if (!written || !is_newest(begin, head))
      fail("flash", name, "blocks that keep what is written", "an error of the flash");
  }
  /// Forgets what is kept, whatever its name; false where the driver fails. A power cut leaves it
  /// or nothing.
  [[nodiscard]] bool clear() noexcept {
    auto const kept = newest();
    std::size_t const last = kept ? kept->begin : half;  // what is older goes first
    return flash_->erase(last == 0 ? half : 0) && flash_->erase(last);
  }

 private:
  struct place {
    std::size_t begin;
    detail::flash_head head;
  };

  [[nodiscard]] flash_file<Flash> source_of(place const& p) const noexcept {
    return {*flash_, p.begin + head_bytes, static_cast<std::size_t>(p.head.bytes)};
  }
  /// The fingerprint of a source's bytes, read a piece at a time; none where that fails.
  template <class Source>
  [[nodiscard]] static std::optional<std::uint64_t> sum_of(Source from) noexcept {
    fingerprint f;
    std::array<std::byte, piece_bytes> piece;
    for (std::ptrdiff_t n; (n = from.read_up_to(piece)) != 0;) {
      if (n < 0) return std::nullopt;
      for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
        f.add(std::to_integer<unsigned char>(piece[i]));
    }
    return f.value();
  }
  /// What a half keeps, if it is whole.
  [[nodiscard]] std::optional<place> kept_at(std::size_t begin) const noexcept {
    place p{begin, {}};
    if (!flash_->read(begin, std::as_writable_bytes(std::span(&p.head, 1)))) return std::nullopt;
    bool const good = p.head.begins == detail::flash_head::mark && p.head.bytes <= largest() &&
                      p.head.own_sum == p.head.right_sum() && sum_of(source_of(p)) == p.head.sum;
    return good ? std::optional(p) : std::nullopt;
  }
  [[nodiscard]] std::optional<place> newest() const noexcept {
    auto const first = kept_at(0), second = kept_at(half);
    if (!first || !second) return first ? first : second;
    return first->head.turn > second->head.turn ? first : second;
  }
  /// Whether what was written counts: the other half may have come back since it was looked at.
  [[nodiscard]] bool is_newest(std::size_t begin, detail::flash_head const& head) const noexcept {
    auto const kept = newest();
    return kept && kept->begin == begin && kept->head.own_sum == head.own_sum;
  }
  [[nodiscard]] bool erase(std::size_t begin, std::size_t bytes) noexcept {
    for (std::size_t at = 0; at < bytes; at += block)
      if (!flash_->erase(begin + at)) return false;
    return true;
  }
  /// Writes bytes, the last unit filled up as erased flash is.
  [[nodiscard]] bool write(std::size_t at, std::span<std::byte const> bytes) noexcept {
    std::size_t const whole = bytes.size() / unit * unit;
    if (whole > 0 && !flash_->write(at, bytes.first(whole))) return false;
    if (whole == bytes.size()) return true;
    std::array<std::byte, unit> last;
    last.fill(std::byte{0xFF});
    std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(whole), bytes.end(), last.begin());
    return flash_->write(at + whole, last);
  }

  Flash* flash_;
};

}  // namespace halo::io

#include <halo/macros_back.hpp>
