// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>

namespace halo::io {

namespace detail {

/// Whether the standard library writes T without a locale: Emscripten's does not write floats.
template <class T>
concept to_chars_writes = requires(char* text, T value) { std::to_chars(text, text, value); };

/// A positive number: its digits, the first of them not 0, as 0.d1d2d3... · 10^point.
struct digits {
  std::string text;
  int point = 0;

  /// The number with so many digits, nearest to a value.
  digits(double value, int count) {
    std::array<char, 64> all{};
    std::snprintf(all.data(), all.size(), "%.*e", count - 1, value);
    std::string_view const written(all.data());
    std::size_t const e = written.find('e');
    for (char const c : written.substr(0, e))  // whatever the locale's point
      if (c >= '0' && c <= '9') text += c;
    point = std::atoi(written.data() + e + 1) + 1;
  }
  /// The next larger one with as many digits.
  void next() {
    std::size_t at = text.size();
    while (at > 0 && text[at - 1] == '9') text[--at] = '0';
    if (at > 0) return void(++text[at - 1]);
    text[0] = '1', ++point;
  }
  /// Whether they read as a value.
  template <std::floating_point T>
  [[nodiscard]] bool are(T value) const {
    std::string const whole = text + 'e' + std::to_string(point - static_cast<int>(text.size()));
    if constexpr (std::same_as<T, float>)
      return std::strtof(whole.c_str(), nullptr) == value;
    else
      return std::strtod(whole.c_str(), nullptr) == value;
  }
};

/// The fewest digits that read as a positive number. Where the next number below is nearer than the
/// one above, digits above may do and the nearest ones not.
template <std::floating_point T>
[[nodiscard]] digits fewest_digits(T value) {
  for (int n = 1;; ++n) {
    digits d(static_cast<double>(value), n);
    if (d.are(value) || n == std::numeric_limits<T>::max_digits10) return d;
    d.next();
    if (d.are(value)) return d;
  }
}

/// A finite number that is not negative, as std::to_chars writes it: the fewest digits that read as
/// the same number, and of the two notations the shorter one, of equals the one without exponent.
template <std::floating_point T>
[[nodiscard]] std::string shortest_by_c(T value) {
  if (value == 0) return "0";
  digits d = fewest_digits(value);
  int const count = static_cast<int>(d.text.size()), exponent = d.point - 1;
  int const scientific = count + (count > 1 ? 1 : 0) + (std::abs(exponent) < 100 ? 4 : 5);
  int const fixed = d.point >= count ? d.point : count + (d.point > 0 ? 1 : 2 - d.point);
  if (fixed > scientific) {
    std::string text = d.text;
    if (count > 1) text.insert(1, 1, '.');
    std::string const power = std::to_string(std::abs(exponent));
    return text + (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
  }
  if (d.point <= 0) return "0." + std::string(static_cast<std::size_t>(-d.point), '0') + d.text;
  if (d.point < count) return d.text.insert(static_cast<std::size_t>(d.point), 1, '.');
  std::array<char, 64> text{};  // all of its digits, as large numbers are whole
  std::snprintf(text.data(), text.size(), "%.0f", static_cast<double>(value));
  return text.data();
}

}  // namespace detail

/// A number in as few characters as it takes to read the same bits, the same ones with every
/// standard library and locale: what std::to_chars writes.
template <class T>
[[nodiscard]] std::string shortest(T value) {
  if constexpr (detail::to_chars_writes<T>) {
    std::array<char, 48> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
  } else {
    std::string const sign = std::signbit(value) ? "-" : "";
    if (!std::isfinite(value)) return sign + (std::isnan(value) ? "nan" : "inf");
    return sign + detail::shortest_by_c(std::abs(value));
  }
}

}  // namespace halo::io

#include <halo/macros_back.hpp>
