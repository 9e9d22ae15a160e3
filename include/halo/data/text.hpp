// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

#include <halo/core/error.hpp>
#include <halo/io/decimal.hpp>
#include <halo/io/kind.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/quoted.hpp>

// What readers of text have in common: lines, numbers, and messages with positions.

namespace halo::data::text {

using io::quoted;
using io::take_number;

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

#include <halo/macros_back.hpp>
