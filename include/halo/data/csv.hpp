// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/text.hpp>
#include <halo/io/file.hpp>

// Tables of numbers as text, one row a line [RFC 4180].

namespace halo::data {

/// How a CSV file is to be read.
struct csv_options {
  static constexpr std::size_t first = 0;                            ///< label: the first column
  static constexpr std::size_t none = static_cast<std::size_t>(-1);  ///< label: no column holds it
  static constexpr std::size_t last = none - 1;                      ///< label: the last column

  char separator = ',';      ///< one of , ; : | tab; or a blank: any number of blanks and tabs
  bool header = false;       ///< whether the first line holds the names of the columns
  std::size_t label = last;  ///< the column of the label, counted from 0, or one of the above
  std::size_t classes = 0;   ///< labels are below it; 0: one more than the largest, at most 65536
  std::size_t max_rows = std::size_t{1} << 24U;     ///< more are refused
  std::size_t max_columns = std::size_t{1} << 16U;  ///< more are refused
  std::size_t max_bytes = std::size_t{1} << 28U;    ///< of a file
};

/// A table of numbers: features and labels, and what the header calls them.
///
/// Where no column holds the label, every label is 0 and classes is 1; samples.x is the table.
struct csv {
  dataset samples;
  std::vector<std::string> names;  ///< one a feature; none without a header
  std::string label_name;          ///< empty without a header or a label
};

namespace detail {

/// Turns a text into a csv; use parse_csv and load_csv. Linear time. Memory: a few bytes for each
/// byte of the text.
class csv_parser {
 public:
  csv_parser(std::string_view text, std::string_view name, csv_options const& options)
      : in_(text, "csv", name, options.separator == '\t' ? " " : " \t"),
        size_(text.size()),
        options_(options),
        limit_(options.classes != 0 ? options.classes : 65536) {
    if (std::string_view(",;:|\t ").find(options.separator) == std::string_view::npos) {
      fail("csv", "separator", "one of , ; : | tab blank", text::quoted({&options.separator, 1}));
    }
  }

  [[nodiscard]] csv parse() && {
    if (in_.nothing_follows()) in_.fail_all("rows of numbers", "an empty file");
    if (options_.header) {
      next_line([this](field const& f, std::size_t k) { read_name(f, k); });
      if (in_.nothing_follows()) in_.fail_all("rows of numbers", "a header alone");
    }
    while (!in_.nothing_follows()) {
      next_line([this](field const& f, std::size_t k) { read_value(f, k); });
      if (label_ == csv_options::none) y_.push_back(0);
      // Never more than a number for two characters of the text: a field and its end.
      if (y_.size() == 1) x_.reserve(x_.size() * (size_ / (in_.line().size() + 1) + 1));
    }
    return finish();
  }

 private:
  struct field {
    std::string_view text;
    bool in_quotes;
  };

  [[nodiscard]] bool blank(char c) const noexcept {
    return c == ' ' || (c == '\t' && options_.separator != '\t');
  }
  void skip_blanks(std::string_view& rest) const noexcept {
    while (!rest.empty() && blank(rest.front())) rest.remove_prefix(1);
  }

  /// Goes to the next line and hands each field and its number to a function.
  template <class Use>
  void next_line(Use use) {
    static_cast<void>(in_.next());
    if (columns_ == 0) count_columns();
    if (y_.size() == options_.max_rows) {
      in_.fail_at(in_.line(), "at most " + std::to_string(options_.max_rows) + " rows", "more");
    }
    std::string_view rest = in_.line();
    std::size_t k = 0;
    for (bool more = true; more; ++k) {
      std::string_view const at = rest;
      field const f = take_field(rest, more);
      if (k == columns_) in_.fail_at(at, std::to_string(columns_) + " fields", "more");
      use(f, k);
    }
    if (k < columns_) in_.fail_at(rest, std::to_string(columns_) + " fields", std::to_string(k));
  }

  /// Knows from the first line how many columns there are and which one holds the label.
  void count_columns() {
    std::string_view rest = in_.line();
    for (bool more = true; more; ++columns_) {
      if (columns_ == options_.max_columns) {
        in_.fail_at(rest, "at most " + std::to_string(columns_) + " fields", "more");
      }
      static_cast<void>(take_field(rest, more));
    }
    label_ = options_.label == csv_options::last ? columns_ - 1 : options_.label;
    if (label_ == csv_options::none) return;
    if (label_ >= columns_ || columns_ == 1) {
      std::string const wanted = std::to_string(label_ + 1);
      in_.fail_at(in_.line(), "features, and the label in field " + wanted,
                  std::to_string(columns_) + (columns_ == 1 ? " field" : " fields"));
    }
  }

  /// Takes a field and the separator behind it, which tells that there are more.
  [[nodiscard]] field take_field(std::string_view& rest, bool& more) const {
    skip_blanks(rest);
    bool const in_quotes = rest.starts_with('"');
    std::string_view const text = in_quotes ? take_quotes(rest) : take_plain(rest);
    std::string_view const behind = rest;
    skip_blanks(rest);
    more = options_.separator == ' ' ? !rest.empty() && rest.size() < behind.size()
                                     : text::take(rest, options_.separator);
    if (!more && !rest.empty()) {
      in_.fail_at(rest, "the end of the field behind its quotes", text::quoted(rest));
    }
    return {text, in_quotes};
  }

  [[nodiscard]] std::string_view take_plain(std::string_view& rest) const noexcept {
    bool const blanks = options_.separator == ' ';
    std::size_t const end = blanks ? rest.find_first_of(" \t") : rest.find(options_.separator);
    std::string_view text = rest.substr(0, end);
    rest.remove_prefix(text.size());
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
  }

  /// What stands between quotes, in which "" means one quote.
  [[nodiscard]] std::string_view take_quotes(std::string_view& rest) const {
    std::size_t end = rest.find('"', 1);
    while (end != std::string_view::npos && rest.substr(end + 1).starts_with('"')) {
      end = rest.find('"', end + 2);
    }
    if (end == std::string_view::npos) {
      in_.fail_at(rest, "closing quotes in the same line", text::quoted(rest));
    }
    std::string_view const text = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return text;
  }

  void read_name(field const& f, std::size_t k) {
    std::string name;
    for (std::size_t i = 0; i < f.text.size(); ++i) {
      name += f.text[i];
      if (f.in_quotes && f.text[i] == '"') ++i;
    }
    (k == label_ ? label_name_ : names_.emplace_back()) = std::move(name);
  }

  void read_value(field const& f, std::size_t k) {
    std::string_view rest = f.text;
    if (k == label_) {
      std::int32_t label = 0;
      bool const whole = text::take_integer(rest, label) && rest.empty();
      if (!whole || static_cast<std::size_t>(label) >= limit_) {
        refuse(f, "a label from 0 to " + std::to_string(limit_ - 1), k);
      }
      y_.push_back(label);
    } else {
      float value = 0;
      if (!text::take_number(rest, value) || !rest.empty()) refuse(f, "a finite number", k);
      x_.push_back(value);
    }
  }

  [[noreturn]] void refuse(field const& f, std::string expected, std::size_t k) const {
    expected += " in field " + std::to_string(k + 1);
    if (in_.number() == 1) expected += " (a header needs csv_options::header)";
    in_.fail_at(f.text, expected, text::quoted(f.text));
  }

  [[nodiscard]] csv finish() {
    std::size_t const largest = static_cast<std::size_t>(*std::max_element(y_.begin(), y_.end()));
    csv result;
    result.samples = make_dataset(y_.size(), x_.size() / y_.size(),
                                  options_.classes != 0 ? options_.classes : largest + 1);
    std::copy(x_.begin(), x_.end(), result.samples.x.data());
    std::copy(y_.begin(), y_.end(), result.samples.y.data());
    result.names = std::move(names_);
    result.label_name = std::move(label_name_);
    return result;
  }

  text::lines in_;
  std::size_t size_;
  csv_options options_;
  std::size_t limit_;  // of the labels
  std::size_t columns_ = 0;
  std::size_t label_ = csv_options::none;
  std::vector<float> x_;
  std::vector<std::int32_t> y_;
  std::vector<std::string> names_;
  std::string label_name_;
};

}  // namespace detail

/// Reads a text of one row a line, each with the same number of fields:
///
///     5.1,3.5,0              finite decimal numbers with a point, whatever the locale
///     "4.9", 3e0 ,1          quotes around a field and blanks around it are fine
///
/// A label is a whole number from 0, without sign or point. CR LF, a byte order mark, and blank
/// lines at the end are fine. Names may hold separators and, doubled, quotes, where they stand in
/// quotes; no field goes on in the next line. Comments, hexadecimal numbers, decimal commas and
/// missing values (nothing, ?, NA, nan) are errors: nothing is guessed and no row is left out.
///
/// halo::error with line, column, expected and found; `name` stands in it as the file.
[[nodiscard]] inline csv parse_csv(std::string_view text, std::string_view name,
                                   csv_options const& options = {}) {
  return io::with_memory(
      "csv", name, text.size(), [&] { return detail::csv_parser(text, name, options).parse(); },
      " bytes of text");
}

/// Reads a CSV file; errors as above and as read_file.
[[nodiscard]] inline csv load_csv(std::string const& path, csv_options const& options = {}) {
  auto const bytes = io::read_file(path, options.max_bytes);
  return parse_csv(io::as_text(bytes.span()), path, options);
}

}  // namespace halo::data
