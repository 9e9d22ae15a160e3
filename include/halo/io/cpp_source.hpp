// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/io/shortest.hpp>

// Pieces of C++ source that programs write: headers with trained numbers.

namespace halo::io {

namespace detail {

/// The words that C++20 keeps for itself, blanks around each.
inline constexpr std::string_view keywords =
    " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t"
    " char16_t char32_t class co_await co_return co_yield compl concept const const_cast"
    " consteval constexpr constinit continue decltype default delete do double dynamic_cast"
    " else enum explicit export extern false float for friend goto if inline int long"
    " mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected"
    " public register reinterpret_cast requires return short signed sizeof static"
    " static_assert static_cast struct switch template this thread_local throw true try"
    " typedef typeid typename union unsigned using virtual void volatile wchar_t while xor"
    " xor_eq ";

}  // namespace detail

/// Refuses what is no name in C++.
/// @throws halo::error for other characters than letters, digits and _, a digit first, and a word
///         that C++ keeps for itself
inline void expect_identifier(std::string const& name) {
  auto const letter = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  bool good = !name.empty() && letter(name[0]);
  for (char const c : name) good = good && (letter(c) || (c >= '0' && c <= '9'));
  if (!good) fail("header", "name", "letters, digits and _, no digit first", "'" + name + "'");
  if (detail::keywords.find(joined({" ", name, " "})) != std::string_view::npos)
    fail("header", "name", "one that C++ leaves free", "'" + name + "'");
}

/// A finite float as the shortest decimal literal that gives its bits again.
[[nodiscard]] inline std::string literal(float value) {
  std::string text = shortest(value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + 'F';
}

/// A whole number as so many hexadecimal digits: 0x0000002aU.
[[nodiscard]] inline std::string hexadecimal(std::uint64_t value, std::size_t digits = 8) {
  std::string text(digits, '0');
  for (std::size_t i = digits; i-- > 0; value >>= 4U) text[i] = "0123456789abcdef"[value & 15U];
  return "0x" + text + 'U';
}

/// Adds items with commas behind them, on lines of up to 100 columns that begin with some blanks.
inline void append_lines(std::string& text, std::size_t indent,
                         std::span<std::string const> items) {
  std::string line;
  auto const end = [&] {
    if (!line.empty()) text.append(indent - 1, ' ').append(line).append("\n");
    line.clear();
  };
  for (std::string const& item : items) {
    if (indent + line.size() + item.size() + 1 > 100) end();
    line.append(" ").append(item).append(",");
  }
  end();
}

}  // namespace halo::io
