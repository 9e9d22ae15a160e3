// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/data/csv_fields.hpp>
#include <halo/data/csv_options.hpp>
#include <halo/data/csv_plan.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/text.hpp>
#include <halo/io/file.hpp>

// Tables of numbers and short texts, one row a line [RFC 4180].

namespace halo::data {

namespace detail {

/// Turns a text into a table; use parse_csv and load_csv. Linear time. Memory: a few bytes for each
/// byte of the text, and a float for each row and different text of a column.
template <class Target>
class csv_parser {
 public:
  csv_parser(std::string_view text, std::string_view name, csv_options const& options)
      : in_(text, "csv", name, options.separator == '\t' ? " " : " \t"),
        size_(text.size()),
        options_(options),
        fields_(options.separator),
        plan_(options, basic_dataset<Target>::labelled),
        limit_(options.classes != 0 ? options.classes : 65536) {}

  [[nodiscard]] basic_csv<Target> parse() && {
    if (in_.nothing_follows()) in_.fail_all("rows of numbers", "an empty file");
    if (options_.header) {
      std::vector<std::string> names;
      next_line([&](csv_field const& f, std::size_t) { names.push_back(f.content()); });
      plan_.make(in_, names.size(), names);
      if (in_.nothing_follows()) in_.fail_all("rows of numbers", "a header alone");
    }
    while (!in_.nothing_follows()) read_row();
    if (rows_ == 0) in_.fail_all("rows without missing values", "none");
    return finish();
  }

 private:
  /// Goes to the next line and hands each field and its number to a function.
  template <class Use>
  void next_line(Use const& use) {
    static_cast<void>(in_.next());
    if (columns_ == 0) count_columns();
    std::string_view rest = in_.line();
    std::size_t k = 0;
    for (bool more = true; more; ++k) {
      std::string_view const at = rest;
      csv_field const f = fields_.take(in_, rest, more);
      if (k == columns_) in_.fail_at(at, std::to_string(columns_) + " fields", "more");
      use(f, k);
    }
    if (k < columns_) in_.fail_at(rest, std::to_string(columns_) + " fields", std::to_string(k));
  }

  /// Knows from the first line how many columns there are.
  void count_columns() {
    std::string_view rest = in_.line();
    for (bool more = true; more; ++columns_) {
      if (columns_ == options_.max_columns)
        in_.fail_at(rest, "at most " + std::to_string(columns_) + " fields", "more");
      static_cast<void>(fields_.take(in_, rest, more));
    }
    if (!options_.header) plan_.make(in_, columns_, {});
  }

  void read_row() {
    std::size_t const x = x_.size(), y = y_.size();
    whole_ = true;
    plan_.begin_row();
    next_line([this](csv_field const& f, std::size_t k) { read_value(f, k); });
    if (!whole_) {
      x_.resize(x), y_.resize(y);
      plan_.forget_row();
      ++left_out_;
      return;
    }
    if (!options_.domain.empty()) domains_.push_back(domain_);
    if (!options_.weight.empty()) weights_.push_back(weight_);
    if (++rows_ > options_.max_rows)
      in_.fail_at(in_.line(), "at most " + std::to_string(options_.max_rows) + " rows", "more");
    // Never more than a number for two characters of the text: a field and its end.
    if (rows_ == 1) x_.reserve(x_.size() * (size_ / (in_.line().size() + 1) + 1));
  }

  void read_value(csv_field const& f, std::size_t k) {
    csv_plan::column const& column = plan_[k];
    if (column.is == csv_plan::use::nothing) return;
    if (f.is_missing() && options_.missing_values == missing::leave_out) {
      whole_ = false;
    } else if (column.is == csv_plan::use::label) {
      read_label(f, k);
    } else if (column.is == csv_plan::use::domain) {
      domain_ = column.text ? static_cast<std::int32_t>(text_number(f, k)) : whole_number(f, k);
    } else if (column.is == csv_plan::use::weight) {
      weight_ = number(f, k);
      if (weight_ < 0) refuse(f, "a weight from 0", k);
    } else if (f.is_missing() && options_.missing_values == missing::keep) {
      x_.push_back(std::numeric_limits<float>::quiet_NaN());
    } else if (column.text) {
      x_.push_back(static_cast<float>(text_number(f, k)));
    } else {
      x_.push_back(number(f, k));
    }
  }

  void read_label(csv_field const& f, std::size_t k) {
    if constexpr (basic_dataset<Target>::labelled) {
      std::int32_t label = 0;
      if (plan_[k].text) {
        label = static_cast<std::int32_t>(text_number(f, k));
        if (static_cast<std::size_t>(label) >= limit_)
          refuse(f, "at most " + std::to_string(limit_) + " different labels", k);
      } else {
        std::string_view rest = f.text;
        bool const whole = text::take_integer(rest, label) && rest.empty();
        if (!whole || static_cast<std::size_t>(label) >= limit_)
          refuse(f, "a label from 0 to " + std::to_string(limit_ - 1), k);
      }
      y_.push_back(label);
    } else {
      y_.push_back(number(f, k));
    }
  }

  [[nodiscard]] std::int32_t whole_number(csv_field const& f, std::size_t k) const {
    std::string_view rest = f.text;
    bool const negative = text::take(rest, '-');
    std::int64_t value = 0;
    if (!text::take_integer(rest, value) || !rest.empty()) refuse(f, "a whole number", k);
    if (negative) value = -value;
    if (value != static_cast<std::int32_t>(value)) refuse(f, "a whole number of 32 bits", k);
    return static_cast<std::int32_t>(value);
  }

  [[nodiscard]] float number(csv_field const& f, std::size_t k) const {
    float value = 0;
    if (!read_number(f.text, options_.decimal, value)) refuse(f, "a finite number", k);
    return value;
  }

  [[nodiscard]] std::size_t text_number(csv_field const& f, std::size_t k) {
    if (f.is_missing()) refuse(f, "a text", k);
    std::size_t const at = plan_.text_number(k, f.content());
    if (at == csv_plan::unknown) refuse(f, "one of the texts of the table", k);
    if (at == csv_plan::too_many)
      refuse(f, "at most " + std::to_string(options_.max_texts) + " different texts", k);
    return at;
  }

  [[noreturn]] void refuse(csv_field const& f, std::string expected, std::size_t k) const {
    expected += " in field " + std::to_string(k + 1);
    if (!plan_[k].name.empty()) expected += ", " + text::quoted(plan_[k].name);
    if (in_.number() == 1) expected += " (a header needs csv_options::header)";
    in_.fail_at(f.text, expected, text::quoted(f.text));
  }

  [[nodiscard]] basic_csv<Target> finish() {
    basic_csv<Target> result;
    std::size_t const features = plan_.features();
    if (features == 0) in_.fail_all("texts in the columns of texts", "missing values alone");
    if constexpr (basic_dataset<Target>::labelled) {
      if (plan_.labels() == 0) y_.assign(rows_, 0);
      auto const largest = static_cast<std::size_t>(*std::max_element(y_.begin(), y_.end()));
      std::size_t const known = plan_.label_texts();
      result.samples = make_dataset(
          rows_, features, options_.classes != 0 ? options_.classes : std::max(known, largest + 1));
    } else {
      result.samples = make_regression(rows_, features, plan_.labels());
    }
    std::copy(y_.begin(), y_.end(), result.samples.y.data());
    plan_.spread(x_, result.samples.x.data());
    result.samples.domains = std::move(domains_);
    result.samples.weights = std::move(weights_);
    result.left_out = left_out_;
    plan_.describe(result.names, result.label_names, result.tables);
    return result;
  }

  text::lines in_;
  std::size_t size_;
  csv_options const& options_;
  csv_fields fields_;
  csv_plan plan_;
  std::size_t limit_;  // of the labels
  std::size_t columns_ = 0, rows_ = 0, left_out_ = 0;
  bool whole_ = true;  // the current row misses nothing
  std::vector<float> x_;
  std::vector<Target> y_;
  std::int32_t domain_ = 0;  // of the current row
  float weight_ = 0;
  std::vector<std::int32_t> domains_;
  std::vector<float> weights_;
};

}  // namespace detail

/// Reads a text of one row a line, each with the same number of fields:
///
///     5.1,3.5,0              finite decimal numbers, whatever the locale
///     "4.9", 3e0 ,1          quotes around a field and blanks around it are fine
///
/// A label is a whole number from 0, without sign or point, or a text. A column of texts becomes
/// one feature a text, 1 where the row has it and 0 elsewhere; which text is which is in the
/// result, to be handed to the next file. CR LF, a byte order mark, and blank lines at the end are
/// fine. Names and texts may hold separators, ends of lines and, doubled, quotes, where they stand
/// in quotes. Comments, hexadecimal numbers and marks between thousands are
/// errors, and so are missing values and texts unless the options say otherwise: nothing is
/// guessed.
///
/// load_csv<float>(...) reads numbers to be met in place of a label, one a column of labels.
///
/// halo::error with line, column, expected and found; `name` stands in it as the file.
template <class Target = std::int32_t>
[[nodiscard]] basic_csv<Target> parse_csv(std::string_view text, std::string_view name,
                                          csv_options const& options = {}) {
  return io::with_memory(
      "csv", name, text.size(),
      [&] { return detail::csv_parser<Target>(text, name, options).parse(); }, " bytes of text");
}

/// Reads a CSV file; errors as above and as read_file.
template <class Target = std::int32_t>
[[nodiscard]] basic_csv<Target> load_csv(std::string const& path, csv_options const& options = {}) {
  auto const bytes = io::read_file(path, options.max_bytes);
  return parse_csv<Target>(io::as_text(bytes.span()), path, options);
}

}  // namespace halo::data

#include <halo/macros_back.hpp>
