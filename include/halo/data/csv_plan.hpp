// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/data/csv_options.hpp>
#include <halo/data/text.hpp>

namespace halo::data::detail {

/// What becomes of each column of a table, and the texts found in it.
class csv_plan {
 public:
  enum class use { feature, label, domain, weight, nothing };
  struct column {
    use is = use::feature;
    bool text = false;
    bool known = false;  ///< whether its texts came from another file
    std::string name;
    std::vector<std::string> values;
    std::unordered_map<std::string, std::size_t> index;
  };
  static constexpr std::size_t unknown = static_cast<std::size_t>(-1);  ///< text_number
  static constexpr std::size_t too_many = unknown - 1;                  ///< text_number

  /// @param one_label  whether there is at most one column of labels
  csv_plan(csv_options const& options, bool one_label) : options_(options) {
    if (std::string_view(",;:|\t ").find(options.separator) == std::string_view::npos)
      fail("csv", "separator", "one of , ; : | tab blank", text::quoted({&options.separator, 1}));
    bool const point =
        options.decimal == '.' || (options.decimal == ',' && options.separator != ',');
    if (!point)
      fail("csv", "decimal", "'.', or ',' with another separator",
           text::quoted({&options.decimal, 1}));
    if (one_label && options.labels.size() > 1)
      fail("csv", "labels", "one column, or load_csv<float> for numbers to be met",
           std::to_string(options.labels.size()));
    if (options.domain.size() > 1 || options.weight.size() > 1)
      fail("csv", "domain and weight", "at most one column each", "more");
    if (!one_label && options.labels.empty())
      fail("csv", "labels", "a column of numbers to be met", "none");
  }

  /// Knows the columns of a file.
  void make(text::lines const& in, std::size_t count, std::span<std::string const> names) {
    columns_.resize(count);
    for (std::size_t k = 0; k < names.size(); ++k) columns_[k].name = names[k];
    assign(in, options_.labels, use::label);
    assign(in, options_.domain, use::domain);
    assign(in, options_.weight, use::weight);
    assign(in, options_.leave_out, use::nothing);
    for (csv_column const& c : options_.texts) at(in, c).text = true;
    for (csv_table const& t : options_.tables) {
      column& c = t.column < count ? columns_[t.column] : columns_[0];
      if (t.column >= count || !c.text)
        fail("csv", "tables", "tables of columns in csv_options::texts",
             "one of column " + std::to_string(t.column));
      for (std::string const& value : t.values) static_cast<void>(text_number(t.column, value));
      c.known = true;
    }
    raw_ = static_cast<std::size_t>(std::count_if(
        columns_.begin(), columns_.end(), [](column const& c) { return c.is == use::feature; }));
    if (raw_ == 0)
      in.fail_at(in.line(), "features beside labels and what is left out",
                 count > 1 ? std::to_string(count) + " fields"
                           : "1 field (csv_options::separator is " +
                                 text::quoted({&options_.separator, 1}) + ")");
  }

  [[nodiscard]] column const& operator[](std::size_t k) const noexcept { return columns_[k]; }

  /// The number of a text in its column; a new one is added.
  [[nodiscard]] std::size_t text_number(std::size_t k, std::string const& text) {
    column& c = columns_[k];
    if (auto const found = c.index.find(text); found != c.index.end()) return found->second;
    if (c.known) return unknown;
    if (c.values.size() == options_.max_texts) return too_many;
    c.values.push_back(text);
    added_.push_back(k);
    return c.index.emplace(text, c.values.size() - 1).first->second;
  }

  /// A row begins, and whether it counts: one that is left out adds no texts.
  void begin_row() noexcept { added_.clear(); }
  void forget_row() {
    for (; !added_.empty(); added_.pop_back()) {
      column& c = columns_[added_.back()];
      c.index.erase(c.values.back());
      c.values.pop_back();
    }
  }

  /// Columns of labels.
  [[nodiscard]] std::size_t labels() const noexcept { return options_.labels.size(); }
  /// Different texts of the label, 0 where it is no text.
  [[nodiscard]] std::size_t label_texts() const noexcept {
    std::size_t most = 0;
    for (column const& c : columns_)
      if (c.is == use::label) most = std::max(most, c.values.size());
    return most;
  }
  /// Features of a row: one a column of numbers, one a text of the others.
  [[nodiscard]] std::size_t features() const noexcept {
    std::size_t count = 0;
    for (column const& c : columns_)
      if (c.is == use::feature) count += width(c);
    return count;
  }

  /// Writes rows of a number a column as rows of features.
  void spread(std::span<float const> raw, float* to) const {
    bool const plain = features() == raw_ && std::none_of(columns_.begin(), columns_.end(),
                                                          [](column const& c) { return c.text; });
    if (plain) {
      std::copy(raw.begin(), raw.end(), to);
      return;
    }
    std::vector<column const*> used;
    for (column const& c : columns_)
      if (c.is == use::feature) used.push_back(&c);
    for (std::size_t i = 0; i < raw.size();) {
      for (column const* const c : used) {
        float const value = raw[i++];
        if (!c->text) {
          *to++ = value;
          continue;
        }
        std::fill_n(to, width(*c), 0.0F);
        if (!std::isnan(value)) to[static_cast<std::size_t>(value)] = 1;
        to += width(*c);
      }
    }
  }

  /// The names of features and labels, and the tables of texts.
  void describe(std::vector<std::string>& features, std::vector<std::string>& labels,
                std::vector<csv_table>& tables) const {
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      column const& c = columns_[k];
      if (c.text && c.is != use::nothing) tables.push_back({k, c.values});
      if (!options_.header) continue;
      if (c.is == use::label) labels.push_back(c.name);
      if (c.is != use::feature) continue;
      if (!c.text) features.push_back(c.name);
      if (c.text)
        for (std::string const& value : c.values) features.push_back(c.name + '=' + value);
    }
  }

 private:
  [[nodiscard]] static std::size_t width(column const& c) noexcept {
    return c.text ? c.values.size() : 1;
  }

  void assign(text::lines const& in, std::span<csv_column const> list, use is) {
    for (csv_column const& c : list) {
      column& found = at(in, c);
      if (found.is != use::feature)
        in.fail_at(in.line(), "every column in one list of labels, domain, weight and leave_out",
                   "column " + std::to_string(&found - columns_.data()) + " in two");
      found.is = is;
    }
  }

  /// The column that an option means.
  [[nodiscard]] column& at(text::lines const& in, csv_column const& wanted) {
    if (!wanted.name.empty()) {
      auto const named = [&](column const& c) { return c.name == wanted.name; };
      auto const found = std::find_if(columns_.begin(), columns_.end(), named);
      if (found == columns_.end())
        in.fail_at(in.line(), "a column " + text::quoted(wanted.name, 96) + " in the header",
                   options_.header ? "none" : "no header (csv_options::header)");
      if (std::count_if(found, columns_.end(), named) > 1)
        in.fail_at(in.line(), "one column " + text::quoted(wanted.name, 96), "several");
      return *found;
    }
    auto const count = static_cast<long>(columns_.size());
    long const number = wanted.number < 0 ? count + wanted.number : wanted.number;
    if (number < 0 || number >= count)
      in.fail_at(in.line(), "a column " + std::to_string(wanted.number),
                 std::to_string(count) + (count == 1 ? " field" : " fields"));
    return columns_[static_cast<std::size_t>(number)];
  }

  csv_options const& options_;
  std::vector<column> columns_;
  std::size_t raw_ = 0;             ///< columns of features
  std::vector<std::size_t> added_;  ///< columns that the current row added a text to
};

}  // namespace halo::data::detail

#include <halo/macros_back.hpp>
