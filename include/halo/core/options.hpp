// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>

#include <halo/core/bad_option.hpp>
#include <halo/core/error.hpp>
#include <halo/core/record.hpp>

namespace halo {

namespace detail {

/// A number as people write it.
[[nodiscard]] inline std::string short_text(double x) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.9g", x);
  return text.data();
}

}  // namespace detail

/// A range in words: "a number above 0", "a number from 0 up to but not 1".
[[nodiscard]] inline std::string to_string(allowed const& range) {
  constexpr double most = std::numeric_limits<double>::max();
  bool const has_low = range.low > -most;
  bool const has_high = range.high < most;
  std::string text = range.high > most ? "a number or infinity" : "a finite number";
  if (has_low || has_high) text = range.high > most ? "a number (or infinity)" : "a number";
  if (has_low)
    text += (range.low_open ? " above "
             : has_high     ? " from "
                            : " of at least ") +
            detail::short_text(range.low);
  if (has_high)
    text += (range.high_open ? " below "
             : has_low       ? " to "
                             : " of at most ") +
            detail::short_text(range.high);
  return text;
}

/// Looks at every option of a value, before it is used.
///
///     adam: rate: expected a number above 0, found -0.1
/// @throws halo::error for the first one out of its range
template <recordable V>
void check_options(V const& value, std::string_view what) {
  if (!has_bad_option(value)) return;
  fail([&] {
    bad_option const bad = *first_bad_option(value);
    return complaint(what, bad.path.data(), to_string(bad.range), detail::short_text(bad.found));
  });
}

}  // namespace halo

#include <halo/macros_back.hpp>
