// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/io/quoted.hpp>

namespace halo::io {

/// Reads the header of a file from front to back: never recursing, never allocating, in linear
/// time.
///
/// What JSON and Python's literals have in common; json_scanner and npy_scanner add their strings.
/// Every violation is a halo::error "who: name: byte n: expected e, found f".
class scanner {
 public:
  /// @param who, name  stand in messages: the format, the file
  /// @param offset     position of the text in its file, for messages
  scanner(std::string_view text, std::string_view who, std::string_view name,
          std::size_t offset) noexcept
      : text_(text), who_(who), name_(name), offset_(offset) {}

  /// Whether a character comes next, behind space.
  [[nodiscard]] bool comes(char c) noexcept {
    skip_space();
    return rest().starts_with(c);
  }

  /// Takes a character and the space before it, if it comes next.
  [[nodiscard]] bool take(char c) noexcept {
    if (!comes(c)) return false;
    ++at_;
    return true;
  }

  /// Takes a character that must come next.
  void expect(char c) {
    if (!take(c)) fail_here(std::string("'") + c + "'");
  }

  /// Whether only space follows.
  [[nodiscard]] bool at_end() noexcept {
    skip_space();
    return at_ == text_.size();
  }

  /// A whole number from 0 to 2^64 - 1: no sign, no fraction, no exponent, no leading zeros.
  [[nodiscard]] std::uint64_t integer() {
    begin_token();
    std::uint64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      auto const digit = static_cast<std::uint64_t>(text_[at_] - '0');
      bool const leading_zero = at_ == token_ + 1 && value == 0;
      constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
      if (leading_zero || value > (most - digit) / 10) {
        at_ = token_;
        fail_here("a whole number below 2^64 without leading zeros");
      }
      value = value * 10 + digit;
    }
    if (at_ == token_) fail_here("a whole number");
    return value;
  }

  /// A whole number that can be the extent of an array in memory.
  [[nodiscard]] std::size_t extent() {
    std::uint64_t const value = integer();
    if (value > std::numeric_limits<std::size_t>::max())
      fail_token("an extent that fits into memory", std::to_string(value));
    return static_cast<std::size_t>(value);
  }

  /// Fails at the current position, with what is there.
  [[noreturn]] void fail_here(std::string_view expected) const {
    fail_at(at_, expected, at_ == text_.size() ? "the end of the header" : quoted(rest()));
  }

  /// Fails at the beginning of the last string or number, with `found`.
  [[noreturn]] void fail_token(std::string_view expected, std::string_view found) const {
    fail_at(token_, expected, found);
  }

  /// Fails at the character that was taken last.
  [[noreturn]] void fail_taken(std::string_view expected, std::string_view found) const {
    fail_at(at_ - 1, expected, found);
  }

 protected:
  /// What has not been taken.
  [[nodiscard]] std::string_view rest() const noexcept { return text_.substr(at_); }

  /// Position of the rest in the text.
  [[nodiscard]] std::size_t position() const noexcept { return at_; }

  /// Takes so many characters, space included.
  void skip(std::size_t count) noexcept { at_ += count; }

  /// A string or a number begins behind the space that comes next.
  void begin_token() noexcept {
    skip_space();
    token_ = at_;
  }

 private:
  void skip_space() noexcept {
    std::size_t const end = text_.find_first_not_of(" \t\r\n", at_);
    at_ = end == std::string_view::npos ? text_.size() : end;
  }

  [[noreturn]] void fail_at(std::size_t at, std::string_view expected,
                            std::string_view found) const {
    fail(who_, std::string(name_) + ": byte " + std::to_string(offset_ + at), expected, found);
  }

  std::string_view text_;
  std::string_view who_;
  std::string_view name_;
  std::size_t offset_;
  std::size_t at_ = 0;
  std::size_t token_ = 0;  // where the last string or number began
};

}  // namespace halo::io

#include <halo/macros_back.hpp>
