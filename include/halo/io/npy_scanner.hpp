// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/io/quoted.hpp>

// As much Python as headers of npy files need: braces and parentheses, texts, whole numbers, True
// and False. What json_scanner is to safetensors.

namespace halo::io::detail {

/// Reads a Python literal from front to back: never recursing, never allocating, in linear time.
///
/// Every violation is a halo::error "npy: name: byte n: expected e, found f".
class npy_scanner {
 public:
  /// @param text  a file up to the end of its header
  /// @param name  stands in messages
  /// @param at    where the header begins in it
  npy_scanner(std::string_view text, std::string_view name, std::size_t at) noexcept
      : text_(text), name_(name), at_(at) {}

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

  /// A text in single or double quotes, without escapes.
  [[nodiscard]] std::string_view string() {
    skip_space();
    token_ = at_;
    char const quote = rest().starts_with('"') ? '"' : '\'';
    if (!rest().starts_with(quote)) fail_here("a text in quotes");
    std::size_t const length = rest().substr(1).find_first_of("'\"\\\n");
    if (length == std::string_view::npos || rest()[1 + length] != quote) {
      fail_here("a text without escapes, in quotes");
    }
    std::string_view const text = rest().substr(1, length);
    at_ += length + 2;
    return text;
  }

  /// An extent.
  [[nodiscard]] std::size_t integer() {
    skip_space();
    token_ = at_;
    std::size_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      auto const digit = static_cast<std::size_t>(text_[at_] - '0');
      if (value > (static_cast<std::size_t>(-1) - digit) / 10) {
        fail_token("an extent that fits into memory", "a larger one");
      }
      value = value * 10 + digit;
    }
    if (at_ == token_) fail_here("a whole number");
    return value;
  }

  /// True or False.
  [[nodiscard]] bool boolean() {
    skip_space();
    bool const yes = rest().starts_with("True");
    if (!yes && !rest().starts_with("False")) fail_here("True or False");
    at_ += yes ? 4 : 5;
    return yes;
  }

  /// Fails at the current position, with what is there.
  [[noreturn]] void fail_here(std::string_view expected) const {
    fail_at(at_, expected, at_ == text_.size() ? "the end of the header" : quoted(rest()));
  }
  /// Fails at the beginning of the last text or number, with `found`.
  [[noreturn]] void fail_token(std::string_view expected, std::string_view found) const {
    fail_at(token_, expected, found);
  }
  /// Fails at the character that was taken last.
  [[noreturn]] void fail_taken(std::string_view expected, std::string_view found) const {
    fail_at(at_ - 1, expected, found);
  }

 private:
  [[nodiscard]] std::string_view rest() const noexcept { return text_.substr(at_); }
  void skip_space() noexcept {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  [[noreturn]] void fail_at(std::size_t at, std::string_view expected,
                            std::string_view found) const {
    fail("npy", std::string(name_) + ": byte " + std::to_string(at), expected, found);
  }

  std::string_view text_;
  std::string_view name_;
  std::size_t at_;
  std::size_t token_ = 0;  // where the last text or number began
};

}  // namespace halo::io::detail
