// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <charconv>
#include <clocale>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

// Decimal numbers in texts, with every standard library and in every locale.

namespace halo::io {

namespace detail {

/// Whether the standard library reads T without a locale: libc++ does so for floats from 20 on.
template <class T>
concept from_chars_reads =
    requires(char const* text, T& value) { std::from_chars(text, text, value); };

/// Characters of the decimal number at the front of a text, 0 if there is none.
[[nodiscard]] inline std::size_t number_length(std::string_view text) noexcept {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  std::size_t digits = 0;
  auto const skip_digits = [&] {
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) ++digits;
  };
  skip_digits();
  if (text.substr(at).starts_with('.')) {
    ++at;
    skip_digits();
  }
  if (digits == 0) return 0;
  std::size_t const mantissa = at;
  if (at == text.size() || (text[at] != 'e' && text[at] != 'E')) return mantissa;
  ++at;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  digits = 0;
  skip_digits();
  return digits > 0 ? at : mantissa;
}

/// The T nearest to the decimal number at the front of a text and the number's length, 0 if there
/// is none: by the C library, with the point that it reads in the program's locale. Where the
/// standard library has no better way, and at the edges of T, of which from_chars says too little.
template <std::floating_point T>
[[nodiscard]] std::size_t number_by_c(std::string_view text, T& value) {
  std::size_t const length = number_length(text);
  if (length == 0) return 0;
  std::string number(text.substr(0, length));  // it wants a zero behind it
  if (std::size_t const point = number.find('.'); point != std::string::npos)
    number.replace(point, 1, std::localeconv()->decimal_point);
  if constexpr (std::is_same_v<T, float>)
    value = std::strtof(number.c_str(), nullptr);
  else
    value = std::strtod(number.c_str(), nullptr);
  return length;
}

/// The same by the fastest way that there is.
template <std::floating_point T>
[[nodiscard]] std::size_t number(std::string_view text, T& value) {
  if constexpr (from_chars_reads<T>) {
    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code == std::errc()) return static_cast<std::size_t>(end - text.data());
    if (code != std::errc::result_out_of_range) return 0;
  }
  return number_by_c(text, value);
}

}  // namespace detail

/// Takes a finite decimal number, whatever the locale, from the front of a text.
///
/// Nearest float or double; a number too small for it, however small, becomes 0 or subnormal.
/// False, and nothing taken, where there is no number, for words such as nan and inf, and where the
/// number is too large. Allocates only for long numbers at the edges of T.
template <std::floating_point T>
[[nodiscard]] bool take_number(std::string_view& rest, T& value) {
  bool const plus = rest.size() > 1 && rest[0] == '+' && rest[1] != '-';  // from_chars knows no +
  T parsed = 0;
  std::size_t const length = detail::number(rest.substr(plus ? 1 : 0), parsed);
  if (length == 0 || !std::isfinite(parsed)) return false;
  value = parsed;
  rest.remove_prefix(length + (plus ? 1 : 0));
  return true;
}

}  // namespace halo::io

#include <halo/macros_back.hpp>
