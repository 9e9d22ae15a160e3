// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

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

// svmlight, as LIBSVM's collection and scikit-learn write it: a row a line, zeros left out.
// [Joachims 1999, svm_learn's README]

namespace halo::data {

/// How an svmlight file is to be read.
struct svmlight_options {
  std::size_t first_index = 1;  ///< of the first feature: 1, or 0 as scikit-learn may write
  std::size_t features = 0;     ///< of a row; 0: as many as the largest index says
  std::size_t classes = 0;  ///< labels are below it; 0: one more than the largest, at most 65536
  std::size_t max_features = std::size_t{1} << 20U;  ///< larger indices are refused
  std::size_t max_rows = std::size_t{1} << 24U;      ///< more are refused
  std::size_t max_numbers = std::size_t{1} << 28U;   ///< rows times features; more are refused
  std::size_t max_bytes = std::size_t{1} << 28U;     ///< of a file
};

namespace detail {

/// Turns a text into rows; use parse_svmlight and load_svmlight. Linear time.
template <class Target>
class svmlight_parser {
 public:
  svmlight_parser(std::string_view text, std::string_view name, svmlight_options const& options)
      : in_(text, "svmlight", name), options_(options) {}

  [[nodiscard]] basic_dataset<Target> parse() && {
    if (options_.first_index > 1)
      fail("svmlight", "first_index", "0 or 1", std::to_string(options_.first_index));
    while (!in_.nothing_follows() && in_.next()) {
      if (!in_.line().starts_with('#'))
        read_row(text::trimmed(in_.line().substr(0, in_.line().find('#'))));
    }
    if (begins_.empty()) in_.fail_all("rows such as 1 3:0.5 7:-2", "none");
    if (!domains_.empty() && domains_.size() != begins_.size())
      in_.fail_all("qid in every row or in none", std::to_string(domains_.size()) + " of them");
    return finish();
  }

 private:
  struct entry {
    std::uint32_t index;
    float value;
  };

  void read_row(std::string_view rest) {
    if (begins_.size() == options_.max_rows)
      in_.fail_at(rest, "at most " + std::to_string(options_.max_rows) + " rows", "more");
    read_target(rest);
    begins_.push_back(entries_.size());
    std::size_t last = 0;  // columns seen, the first one is 1
    for (;;) {
      std::string_view const before = rest;
      text::skip_blanks(rest);
      if (rest.empty()) return;
      if (rest.size() == before.size())
        in_.fail_at(rest, "a blank", text::quoted(text::word(rest)));
      if (rest.starts_with("qid:"))
        read_domain(rest, last);
      else
        read_entry(rest, last);
    }
  }

  void read_target(std::string_view& rest) {
    std::string_view const at = rest;
    if constexpr (basic_dataset<Target>::labelled) {
      bool const negative = text::take(rest, '-');
      if (!negative) static_cast<void>(text::take(rest, '+'));
      std::int32_t label = 0;
      bool const whole = text::take_integer(rest, label) && ends(rest);
      if (!whole || label > 65535 || (negative && label != 1))
        in_.fail_at(at, "a label from 0 to 65535, or -1 and 1", text::quoted(text::word(at)));
      y_.push_back(negative ? -1 : label);
    } else {
      float value = 0;
      if (!text::take_number(rest, value) || !ends(rest))
        in_.fail_at(at, "a finite number", text::quoted(text::word(at)));
      y_.push_back(value);
    }
  }

  /// "qid:7", ahead of the features: rows that belong together.
  void read_domain(std::string_view& rest, std::size_t last) {
    std::string_view const at = rest;
    rest.remove_prefix(4);
    std::int32_t domain = 0;
    bool const first = last == 0 && domains_.size() + 1 == begins_.size();
    if (!first || !text::take_integer(rest, domain) || !ends(rest))
      in_.fail_at(at, "qid:<whole number>, once ahead of the features, in every row or in none",
                  text::quoted(text::word(at)));
    domains_.push_back(domain);
  }

  void read_entry(std::string_view& rest, std::size_t& last) {
    std::string_view const at = rest;
    std::size_t const most = options_.features != 0 ? options_.features : options_.max_features;
    std::size_t const before_first = 1 - options_.first_index;
    entry e{};
    bool const read = text::take_integer(rest, e.index) && text::take(rest, ':') &&
                      text::take_number(rest, e.value) && ends(rest);
    std::size_t const column = e.index + before_first;
    if (!read || column <= last || column > most) {
      bool const from_zero = read && column == 0;
      in_.fail_at(at,
                  "<index>:<finite number> with an index from " +
                      std::to_string(last + 1 - before_first) + " to " +
                      std::to_string(most - before_first),
                  text::quoted(text::word(at)) +
                      (from_zero ? "; svmlight_options::first_index = 0 reads it" : ""));
    }
    last = column;
    e.index = static_cast<std::uint32_t>(column);
    largest_ = std::max(largest_, last);
    entries_.push_back(e);
  }

  [[nodiscard]] static bool ends(std::string_view rest) noexcept {
    return rest.empty() || rest[0] == ' ' || rest[0] == '\t';
  }

  /// -1 and 1 become 0 and 1; other labels stay what they are.
  [[nodiscard]] std::size_t settle_labels() {
    if constexpr (basic_dataset<Target>::labelled) {
      bool const signs = std::find(y_.begin(), y_.end(), -1) != y_.end();
      for (Target& y : y_) {
        if (signs && y != 1 && y != -1)
          in_.fail_all("labels from 0, or -1 and 1 alone", "-1 and " + std::to_string(y));
        y = std::max<Target>(y, 0);
      }
      auto const largest = static_cast<std::size_t>(*std::max_element(y_.begin(), y_.end()));
      if (options_.classes != 0 && largest >= options_.classes)
        in_.fail_all("labels from 0 to " + std::to_string(options_.classes - 1),
                     std::to_string(largest));
      return options_.classes != 0 ? options_.classes : largest + 1;
    } else {
      return 0;
    }
  }

  [[nodiscard]] basic_dataset<Target> finish() {
    std::size_t const classes = settle_labels(), rows = begins_.size();
    std::size_t const features = options_.features != 0 ? options_.features : largest_;
    if (features == 0) in_.fail_all("features", "none in any row");
    if (rows > options_.max_numbers / features)
      in_.fail_all("at most " + std::to_string(options_.max_numbers) + " numbers with the zeros",
                   std::to_string(rows) + " rows of " + std::to_string(features));
    basic_dataset<Target> result;
    if constexpr (basic_dataset<Target>::labelled)
      result = make_dataset(rows, features, classes);
    else
      result = make_regression(rows, features, 1);
    std::fill_n(result.x.data(), rows * features, 0.0F);
    std::copy(y_.begin(), y_.end(), result.y.data());
    begins_.push_back(entries_.size());
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t k = begins_[i]; k < begins_[i + 1]; ++k)
        result.x.data()[i * features + entries_[k].index - 1] = entries_[k].value;
    result.domains = std::move(domains_);
    return result;
  }

  text::lines in_;
  svmlight_options const& options_;
  std::size_t largest_ = 0;
  std::vector<entry> entries_;
  std::vector<std::size_t> begins_;  ///< of each row, in the entries
  std::vector<Target> y_;
  std::vector<std::int32_t> domains_;
};

}  // namespace detail

/// Reads a text of rows such as
///
///     1 3:0.5 7:-2 # a comment        a label, features by index from 1; the others are 0
///     -1 1:2                          labels -1 and 1 become 0 and 1
///
/// x [rows, features] with the zeros written out. Indices ascend. A number of its domain may stand
/// behind the label, 1 qid:4 3:0.5, of every row or of none. Lines of a comment alone are left out.
/// parse_svmlight<float> reads a number to be met in place of a label. Where features count from 0,
/// as scikit-learn's dump_svmlight_file has it unless told otherwise, say so by first_index = 0: a
/// file need not show it.
///
/// halo::error with line, column, expected and found for anything else; `name` stands in it as the
/// file.
template <class Target = std::int32_t>
[[nodiscard]] basic_dataset<Target> parse_svmlight(std::string_view text, std::string_view name,
                                                   svmlight_options const& options = {}) {
  return io::with_memory(
      "svmlight", name, text.size(),
      [&] { return detail::svmlight_parser<Target>(text, name, options).parse(); },
      " bytes of text");
}

/// Reads an svmlight file; errors as above and as read_file.
template <class Target = std::int32_t>
[[nodiscard]] basic_dataset<Target> load_svmlight(std::string const& path,
                                                  svmlight_options const& options = {}) {
  auto const bytes = io::read_file(path, options.max_bytes);
  return parse_svmlight<Target>(io::as_text(bytes.span()), path, options);
}

}  // namespace halo::data

#include <halo/macros_back.hpp>
