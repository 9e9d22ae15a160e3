// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

#include <halo/core/error.hpp>
#include <halo/io/quoted.hpp>

// What readers of text have in common: lines, numbers, and messages with positions.

namespace halo::data::text {

using io::quoted;

/// Walks over the lines of a text that ends them with LF or CR LF; the last one may lack its end.
class lines {
 public:
  /// @param who   the reader, the name of the text (a path): the beginning of every message
  explicit lines(std::string_view text, std::string_view who, std::string_view name) noexcept
      : rest_(text), who_(who), name_(name) {}

  /// Moves to the next line; false behind the last one.
  bool next() noexcept {
    if (rest_.empty()) return false;
    std::size_t const end = rest_.find('\n');
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
    ++number_;
    return true;
  }

  /// The current line without its end.
  [[nodiscard]] std::string_view line() const noexcept { return line_; }

  /// Counts from 1.
  [[nodiscard]] std::size_t number() const noexcept { return number_; }

  /// Whether only blank lines follow.
  [[nodiscard]] bool nothing_follows() const noexcept {
    return rest_.find_first_not_of(" \t\r\n") == std::string_view::npos;
  }

  /// Fails at `at`, which is a part of the current line.
  [[noreturn]] void fail_at(std::string_view at, std::string_view expected,
                            std::string_view found) const {
    std::size_t const column = static_cast<std::size_t>(at.data() - line_.data()) + 1;
    fail(who_,
         std::string(name_) + ": line " + std::to_string(number_) + ", column " +
             std::to_string(column),
         expected, found);
  }

  /// Fails for the whole text.
  [[noreturn]] void fail_all(std::string_view expected, std::string_view found) const {
    fail(who_, name_, expected, found);
  }

 private:
  std::string_view rest_;
  std::string_view who_;
  std::string_view name_;
  std::string_view line_;
  std::size_t number_ = 0;
};

/// Removes blanks and tabs from the front.
inline void skip_blanks(std::string_view& rest) noexcept {
  std::size_t const first = rest.find_first_not_of(" \t");
  rest.remove_prefix(first == std::string_view::npos ? rest.size() : first);
}

/// The front of a text up to the next blank, for messages.
[[nodiscard]] inline std::string_view word(std::string_view rest) noexcept {
  return rest.substr(0, rest.find_first_of(" \t"));
}

/// Takes a finite decimal number, whatever the locale, from the front of a text.
///
/// Nearest float; a number too small for float becomes 0 or subnormal. False, and nothing taken,
/// where there is no number, for words such as nan and inf, and where the number is too large.
[[nodiscard]] inline bool take_number(std::string_view& rest, float& value) noexcept {
  char const* first = rest.data();
  char const* const last = first + rest.size();
  if (last - first > 1 && first[0] == '+' && first[1] != '-') ++first;  // from_chars knows no +
  float parsed = 0;
  auto [end, code] = std::from_chars(first, last, parsed);
  if (code == std::errc::result_out_of_range) {
    double wide = 0;
    auto const again = std::from_chars(first, last, wide);
    if (again.ec != std::errc() || std::fabs(wide) > 1.0) return false;
    parsed = static_cast<float>(wide);
    code = again.ec;
  }
  if (code != std::errc() || !std::isfinite(parsed)) return false;
  value = parsed;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return true;
}

/// Takes an unsigned decimal integer from the front of a text; false if there is none or it is too
/// large for T.
template <class T>
[[nodiscard]] bool take_integer(std::string_view& rest, T& value) noexcept {
  if (rest.empty() || rest[0] < '0' || rest[0] > '9') return false;
  T parsed = 0;
  auto const [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), parsed);
  if (code != std::errc()) return false;
  value = parsed;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return true;
}

/// Takes one character if it is there.
[[nodiscard]] inline bool take(std::string_view& rest, char c) noexcept {
  if (rest.empty() || rest[0] != c) return false;
  rest.remove_prefix(1);
  return true;
}

}  // namespace halo::data::text
