// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <halo/data/text.hpp>

namespace halo::data::detail {

/// A field of a row.
struct csv_field {
  std::string_view text;
  bool in_quotes = false;

  /// What it says: "" means one quote inside of quotes.
  [[nodiscard]] std::string content() const {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
      result += text[i];
      if (in_quotes && text[i] == '"') ++i;
    }
    return result;
  }

  /// Whether it says that there is no value.
  [[nodiscard]] bool is_missing() const noexcept {
    if (text.empty()) return true;
    switch (text.front()) {  // most fields are numbers
      case '?':
        return text == "?";
      case 'N':
        return text == "NA" || text == "N/A" || text == "NaN" || text == "NULL";
      case 'n':
        return text == "nan" || text == "null";
      default:
        return false;
    }
  }
};

/// Takes lines apart at their separators.
class csv_fields {
 public:
  explicit csv_fields(char separator) noexcept : separator_(separator) {}

  /// Takes a field and the separator behind it, which tells that there are more.
  [[nodiscard]] csv_field take(text::lines& in, std::string_view& rest, bool& more) const {
    skip_blanks(rest);
    bool const in_quotes = rest.starts_with('"');
    std::string_view const text = in_quotes ? take_quotes(in, rest) : take_plain(rest);
    std::string_view const behind = rest;
    skip_blanks(rest);
    more = separator_ == ' ' ? !rest.empty() && rest.size() < behind.size()
                             : text::take(rest, separator_);
    if (!more && !rest.empty())
      in.fail_at(rest, "the end of the field behind its quotes", text::quoted(rest));
    return {text, in_quotes};
  }

 private:
  [[nodiscard]] bool blank(char c) const noexcept {
    return c == ' ' || (c == '\t' && separator_ != '\t');
  }
  void skip_blanks(std::string_view& rest) const noexcept {
    while (!rest.empty() && blank(rest.front())) rest.remove_prefix(1);
  }

  [[nodiscard]] std::string_view take_plain(std::string_view& rest) const noexcept {
    // fields are short: a call of memchr takes longer than to look
    std::size_t end = 0;
    if (separator_ == ' ')
      while (end < rest.size() && !blank(rest[end])) ++end;
    else
      while (end < rest.size() && rest[end] != separator_) ++end;
    std::string_view text = rest.substr(0, end);
    rest.remove_prefix(end);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
  }

  /// What stands between quotes, in which "" means one quote, and which may go on in the next line.
  [[nodiscard]] static std::string_view take_quotes(text::lines& in, std::string_view& rest) {
    std::string_view const first = rest;
    std::size_t end = 1;
    for (;;) {
      std::size_t const size = rest.size();
      end = rest.find('"', end);
      if (end == std::string_view::npos) {
        if (!in.join_next()) in.fail_at(first, "closing quotes", text::quoted(first));
        rest = {rest.data(),
                static_cast<std::size_t>(in.line().data() + in.line().size() - rest.data())};
        end = size;
      } else if (rest.substr(end + 1).starts_with('"')) {
        end += 2;
      } else {
        break;
      }
    }
    std::string_view const text = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return text;
  }

  char separator_;
};

/// A whole field as a finite number; false for anything else. With a decimal comma a point is none.
[[nodiscard]] inline bool read_number(std::string_view text, char decimal, float& value) {
  std::array<char, 64> turned;
  if (decimal == ',') {
    if (text.size() > turned.size() || text.find('.') != std::string_view::npos) return false;
    std::replace_copy(text.begin(), text.end(), turned.begin(), ',', '.');
    text = {turned.data(), text.size()};
  }
  return text::take_number(text, value) && text.empty();
}

}  // namespace halo::data::detail
