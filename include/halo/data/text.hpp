// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <locale.h>
#include <stdlib.h>
#if defined(__APPLE__)
#  include <xlocale.h>
#endif

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

#include <halo/core/error.hpp>
#include <halo/io/kind.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/quoted.hpp>

// What readers of text have in common: lines, numbers, and messages with positions.

namespace halo::data::text {

using io::quoted;

/// A text without these characters at its ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view text,
                                              std::string_view blanks = " \t") noexcept {
  std::size_t const first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

/// Walks over the lines of a text, as every reader of text takes them: a byte order mark in front
/// (spreadsheets write one), blanks and tabs at both ends of a line, LF or CR LF, a last line
/// without its end, and blank lines behind it mean nothing.
class lines {
 public:
  /// @param who     the reader, the name of the text (a path): the beginning of every message
  /// @param blanks  what means nothing at the ends of a line
  /// @throws halo::error where the text begins as a file of another kind (io/kind.hpp)
  explicit lines(std::string_view text, std::string_view who, std::string_view name,
                 std::string_view blanks = " \t")
      : rest_(text.substr(text.starts_with("\xEF\xBB\xBF") ? 3 : 0)),
        who_(who),
        name_(name),
        blanks_(blanks) {
    std::string_view const kind = io::kind_of(io::as_bytes(text));
    if (!kind.empty()) fail_all("lines of text", kind);
  }

  /// Moves to the next line; false behind the last one.
  bool next() noexcept {
    if (rest_.empty()) return false;
    std::size_t const end = rest_.find('\n');
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    begin_ = line_.data();
    number_ += 1 + joined_;
    joined_ = 0;
    cut_end();
    return true;
  }

  /// Adds the line behind to the current one, with the end between them: for what goes on there.
  /// False behind the last one.
  bool join_next() noexcept {
    if (rest_.empty()) return false;
    std::size_t const end = std::min(rest_.find('\n'), rest_.size());
    line_ = {line_.data(), static_cast<std::size_t>(rest_.data() + end - line_.data())};
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++joined_;
    cut_end();
    return true;
  }

  /// The current line without its ends.
  [[nodiscard]] std::string_view line() const noexcept { return line_; }

  /// Counts from 1; of lines that were joined, the first one's.
  [[nodiscard]] std::size_t number() const noexcept { return number_; }

  /// Whether only blank lines follow.
  [[nodiscard]] bool nothing_follows() const noexcept {
    return rest_.find_first_not_of(" \t\r\n") == std::string_view::npos;
  }

  /// Fails at `at`, which is a part of the current line.
  [[noreturn]] void fail_at(std::string_view at, std::string_view expected,
                            std::string_view found) const {
    std::string_view const before(begin_, static_cast<std::size_t>(at.data() - begin_));
    auto const line =
        number_ + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    std::size_t const column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
    fail(who_,
         std::string(name_) + ": line " + std::to_string(line) + ", column " +
             std::to_string(column),
         expected, found);
  }

  /// Fails for the whole text.
  [[noreturn]] void fail_all(std::string_view expected, std::string_view found) const {
    fail(who_, name_, expected, found);
  }

 private:
  void cut_end() noexcept {
    if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
    line_ = trimmed(line_, blanks_);
  }

  std::string_view rest_;
  std::string_view who_;
  std::string_view name_;
  std::string_view blanks_;
  std::string_view line_;
  char const* begin_ = nullptr;  ///< where the line begins in the text
  std::size_t number_ = 0;
  std::size_t joined_ = 0;  ///< lines behind the first that are a part of the current one
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

/// The float nearest to the decimal number at the front of a text and the number's length, 0 if
/// there is none: by the C library in its own locale "C", whatever that of the program. Where the
/// standard library has no better way, and at the edges of float, of which from_chars says too
/// little.
[[nodiscard]] inline std::size_t number_by_c(std::string_view text, float& value) {
  std::string const number(text.substr(0, number_length(text)));  // it wants a zero behind it
  if (number.empty()) return 0;
  ::locale_t const c = ::newlocale(LC_ALL_MASK, "C", nullptr);
  value = ::strtof_l(number.c_str(), nullptr, c);
  ::freelocale(c);
  return number.size();
}

/// The same by the fastest way that there is.
template <class T>
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
/// Nearest float; a number too small for float, however small, becomes 0 or subnormal. False, and
/// nothing taken, where there is no number, for words such as nan and inf, and where the number is
/// too large. Allocates only for long numbers at the edges of float.
[[nodiscard]] inline bool take_number(std::string_view& rest, float& value) {
  bool const plus = rest.size() > 1 && rest[0] == '+' && rest[1] != '-';  // from_chars knows no +
  float parsed = 0;
  std::size_t const length = detail::number(rest.substr(plus ? 1 : 0), parsed);
  if (length == 0 || !std::isfinite(parsed)) return false;
  value = parsed;
  rest.remove_prefix(length + (plus ? 1 : 0));
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

/// Takes the field up to the next separator, which stays, without blanks around it.
[[nodiscard]] inline std::string_view take_field(std::string_view& rest, char separator) noexcept {
  std::string_view const field = rest.substr(0, rest.find(separator));
  rest.remove_prefix(field.size());
  return trimmed(field);
}

/// Takes one character if it is there.
[[nodiscard]] inline bool take(std::string_view& rest, char c) noexcept {
  if (rest.empty() || rest[0] != c) return false;
  rest.remove_prefix(1);
  return true;
}

}  // namespace halo::data::text
