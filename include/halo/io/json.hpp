// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/io/quoted.hpp>

// As much JSON as headers of tensor files need [RFC 8259]: objects, arrays, strings, whole numbers.
// A general library would weigh more than an embedded program, and most of them hide duplicate
// keys, which a strict reader must see.

namespace halo::io {

/// Length of the UTF-8 sequence at the front of a text, 0 if it is none (overlong forms, surrogates
/// and numbers above U+10FFFF are none) [RFC 3629].
[[nodiscard]] constexpr std::size_t utf8_length(std::string_view text) noexcept {
  auto const at = [text](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  auto const follows = [&at](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
  unsigned const first = at(0);
  unsigned const second = at(1);
  if (first < 0x80U) return text.empty() ? 0 : 1;
  if (first < 0xC2U) return 0;
  if (first < 0xE0U) return follows(1) ? 2 : 0;
  if (first < 0xF0U) {
    bool const overlong = first == 0xE0U && second < 0xA0U;
    bool const surrogate = first == 0xEDU && second > 0x9FU;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  bool const outside = (first == 0xF0U && second < 0x90U) || (first == 0xF4U && second > 0x8FU);
  return first < 0xF5U && follows(1) && follows(2) && follows(3) && !outside ? 4 : 0;
}

/// Whether a whole text is UTF-8.
[[nodiscard]] constexpr bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    std::size_t const length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Reads JSON from front to back: never recursing, never allocating, in linear time.
///
/// Strings are unescaped in place (they only shrink), so their views live as long as the text.
/// Every violation is a halo::error "who: name: byte n: expected e, found f".
class json_scanner {
 public:
  /// @param text    changed where strings have escapes
  /// @param offset  position of the text in its file, for messages
  json_scanner(std::span<char> text, std::string_view who, std::string_view name,
               std::size_t offset) noexcept
      : text_(text), who_(who), name_(name), offset_(offset) {}

  /// Takes a character and the space before it, if it comes next.
  [[nodiscard]] bool take(char c) noexcept {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
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

  /// The content of a string.
  [[nodiscard]] std::string_view string() {
    skip_space();
    token_ = at_;
    if (!take('"')) fail_here("a string");
    std::size_t const begin = at_;
    std::size_t end = at_;  // of what has been unescaped
    for (;;) {
      if (at_ == text_.size()) fail_here("the closing '\"' of a string");
      if (text_[at_] == '"') break;
      if (text_[at_] == '\\') {
        end = unescape(end);
        continue;
      }
      std::size_t const length = utf8_length(rest());
      if (length == 0) fail_here("UTF-8");
      if (static_cast<unsigned char>(text_[at_]) < 0x20U) fail_here("an escaped control character");
      for (std::size_t i = 0; i < length; ++i) text_[end++] = text_[at_++];
    }
    ++at_;
    return {text_.data() + begin, end - begin};
  }

  /// A whole number from 0 to 2^64 - 1: no sign, no fraction, no exponent, no leading zeros.
  [[nodiscard]] std::uint64_t integer() {
    skip_space();
    std::size_t const begin = token_ = at_;
    std::uint64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      auto const digit = static_cast<std::uint64_t>(text_[at_] - '0');
      bool const leading_zero = at_ == begin + 1 && value == 0;
      constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
      if (leading_zero || value > (most - digit) / 10) {
        at_ = begin;
        fail_here("a whole number below 2^64 without leading zeros");
      }
      value = value * 10 + digit;
    }
    if (at_ == begin) fail_here("a whole number");
    return value;
  }

  /// Fails at the current position, with what is there.
  [[noreturn]] void fail_here(std::string_view expected) const {
    fail_at(at_, expected, at_ == text_.size() ? "the end of the header" : quoted(rest()));
  }

  /// Fails at the beginning of the last string or number, with `found`.
  [[noreturn]] void fail_token(std::string_view expected, std::string_view found) const {
    fail_at(token_, expected, found);
  }

 private:
  [[nodiscard]] std::string_view rest() const noexcept {
    return {text_.data() + at_, text_.size() - at_};
  }

  [[noreturn]] void fail_at(std::size_t at, std::string_view expected,
                            std::string_view found) const {
    fail(who_, std::string(name_) + ": byte " + std::to_string(offset_ + at), expected, found);
  }

  void skip_space() noexcept {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  /// Reads one escape and writes what it means to `end`; the end of that.
  [[nodiscard]] std::size_t unescape(std::size_t end) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    char const letter = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (std::size_t const k = letters.find(letter); k != std::string_view::npos) {
      at_ += 2;
      text_[end] = meanings[k];
      return end + 1;
    }
    std::uint32_t code = hex();
    if (code >= 0xDC00U && code < 0xE000U) fail_here("a high surrogate before a low one");
    at_ += 6;
    if (code >= 0xD800U && code < 0xDC00U) {
      std::uint32_t const low = hex();
      if (low < 0xDC00U || low > 0xDFFFU) fail_here("a low surrogate");
      code = 0x10000U + ((code - 0xD800U) << 10U) + (low - 0xDC00U);
      at_ += 6;
    }
    return encode(code, end);
  }

  /// The number of an escape \uXXXX at the current position.
  [[nodiscard]] std::uint32_t hex() const {
    std::uint32_t code = 0;
    bool good = text_.size() - at_ >= 6 && text_[at_] == '\\' && text_[at_ + 1] == 'u';
    for (std::size_t i = 2; i < 6 && good; ++i) {
      char const c = text_[at_ + i];
      std::size_t const digit = std::string_view("0123456789abcdef0123456789ABCDEF").find(c);
      good = digit != std::string_view::npos;
      code = code * 16U + static_cast<std::uint32_t>(digit % 16U);
    }
    if (!good) fail_here("an escape that JSON knows");
    return code;
  }

  /// Writes UTF-8 at `end`, which is at least as far behind the input as the text is long.
  [[nodiscard]] std::size_t encode(std::uint32_t code, std::size_t end) noexcept {
    auto const put = [&](std::uint32_t byte) { text_[end++] = static_cast<char>(byte); };
    if (code < 0x80U) {
      put(code);
      return end;
    }
    if (code < 0x800U) {
      put(0xC0U | (code >> 6U));
    } else if (code < 0x10000U) {
      put(0xE0U | (code >> 12U));
      put(0x80U | ((code >> 6U) & 0x3FU));
    } else {
      put(0xF0U | (code >> 18U));
      put(0x80U | ((code >> 12U) & 0x3FU));
      put(0x80U | ((code >> 6U) & 0x3FU));
    }
    put(0x80U | (code & 0x3FU));
    return end;
  }

  std::span<char> text_;
  std::string_view who_;
  std::string_view name_;
  std::size_t offset_;
  std::size_t at_ = 0;
  std::size_t token_ = 0;  // where the last string or number began
};

/// Appends a text as a JSON string, quotes included: escapes what must be escaped, nothing else.
inline void append_json(std::string& to, std::string_view text) {
  constexpr std::string_view special = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  constexpr std::string_view digits = "0123456789abcdef";
  to += '"';
  for (char c : text) {
    auto const code = static_cast<unsigned char>(c);
    if (std::size_t const k = special.find(c); k != std::string_view::npos) {
      to += '\\';
      to += letters[k];
    } else if (code < 0x20U) {
      to.append("\\u00").append({digits[code >> 4U], digits[code & 15U]});
    } else {
      to += c;
    }
  }
  to += '"';
}

}  // namespace halo::io
