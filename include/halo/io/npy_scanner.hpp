// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string_view>

#include <halo/io/scanner.hpp>

// As much Python as headers of npy files need: braces and parentheses, texts, whole numbers, True
// and False.

namespace halo::io::detail {

/// Reads a Python literal from front to back.
class npy_scanner : public scanner {
 public:
  /// @param text  a file up to the end of its header
  /// @param name  stands in messages
  /// @param at    where the header begins in it
  npy_scanner(std::string_view text, std::string_view name, std::size_t at) noexcept
      : scanner(text.substr(at), "npy", name, at) {}

  /// A text in single or double quotes, without escapes.
  [[nodiscard]] std::string_view string() {
    begin_token();
    char const quote = rest().starts_with('"') ? '"' : '\'';
    if (!rest().starts_with(quote)) fail_here("a text in quotes");
    std::size_t const length = rest().substr(1).find_first_of("'\"\\\n");
    if (length == std::string_view::npos || rest()[1 + length] != quote) {
      fail_here("a text without escapes, in quotes");
    }
    std::string_view const text = rest().substr(1, length);
    skip(length + 2);
    return text;
  }

  /// True or False.
  [[nodiscard]] bool boolean() {
    begin_token();
    bool const yes = rest().starts_with("True");
    if (!yes && !rest().starts_with("False")) fail_here("True or False");
    skip(yes ? 4 : 5);
    return yes;
  }
};

}  // namespace halo::io::detail
