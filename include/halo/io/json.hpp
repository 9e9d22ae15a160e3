// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <halo/io/scanner.hpp>

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

/// Reads JSON from front to back; strings are unescaped in place (they only shrink), so their views
/// live as long as the text. Every violation is a halo::error "who: name: byte n: ...".
class json_scanner : public scanner {
 public:
  /// @param text    changed where strings have escapes
  /// @param offset  position of the text in its file, for messages
  json_scanner(std::span<char> text, std::string_view who, std::string_view name,
               std::size_t offset) noexcept
      : scanner({text.data(), text.size()}, who, name, offset), text_(text) {}

  /// The content of a string.
  [[nodiscard]] std::string_view string() {
    begin_token();
    if (!take('"')) fail_here("a string");
    std::size_t const begin = position();
    std::size_t end = begin;  // of what has been unescaped
    for (;;) {
      if (rest().empty()) fail_here("the closing '\"' of a string");
      char const next = rest().front();
      if (next == '"') break;
      if (next == '\\') {
        end = unescape(end);
        continue;
      }
      std::size_t const length = utf8_length(rest());
      if (length == 0) fail_here("UTF-8");
      if (static_cast<unsigned char>(next) < 0x20U) fail_here("an escaped control character");
      for (std::size_t i = 0; i < length; ++i) text_[end++] = rest()[i];
      skip(length);
    }
    skip(1);
    return {text_.data() + begin, end - begin};
  }

 private:
  /// Reads one escape and writes what it means to `end`; the end of that.
  [[nodiscard]] std::size_t unescape(std::size_t end) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    char const letter = rest().size() > 1 ? rest()[1] : '\0';
    if (std::size_t const k = letters.find(letter); k != std::string_view::npos) {
      skip(2);
      text_[end] = meanings[k];
      return end + 1;
    }
    std::uint32_t code = hex();
    if (code >= 0xDC00U && code < 0xE000U) fail_here("a high surrogate before a low one");
    skip(6);
    if (code >= 0xD800U && code < 0xDC00U) {
      std::uint32_t const low = hex();
      if (low < 0xDC00U || low > 0xDFFFU) fail_here("a low surrogate");
      code = 0x10000U + ((code - 0xD800U) << 10U) + (low - 0xDC00U);
      skip(6);
    }
    return encode(code, end);
  }

  /// The number of an escape \uXXXX at the current position.
  [[nodiscard]] std::uint32_t hex() const {
    std::uint32_t code = 0;
    bool good = rest().size() >= 6 && rest().starts_with("\\u");
    for (std::size_t i = 2; i < 6 && good; ++i) {
      std::size_t const digit =
          std::string_view("0123456789abcdef0123456789ABCDEF").find(rest()[i]);
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
