// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/text.hpp>
#include <halo/data/thyroid.hpp>
#include <halo/io/file.hpp>

// The thyroid data as the authors of HALO released them, women and men in a table each.
// [Li et al. 2020, "TDP"; github.com/GATECH-EIC/HALO]

namespace halo::zoo {

namespace detail {

/// Columns of the table, in order: what thyroid::features counts, and the class.
inline constexpr std::array<std::string_view, data::thyroid::features + 1> table_columns = {
    "age",
    "sex",
    "on_thyroxine",
    "query_on_thyroxine",
    "on_antithyroid_medication",
    "sick",
    "pregnant",
    "thyroid_surgery",
    "I131_treatment",
    "query_hypothyroid",
    "query_hyperthyroid",
    "lithium",
    "goitre",
    "tumor",
    "hypopituitary",
    "psych",
    "TSH_measured",
    "TSH",
    "T3_measured",
    "T3",
    "TT4_measured",
    "TT4",
    "T4U_measured",
    "T4U",
    "FTI_measured",
    "FTI",
    "class"};

/// The field up to the next comma, which is taken too; `at` begins where the field does.
[[nodiscard]] inline std::string_view take_table_field(data::text::lines const& in,
                                                       std::string_view& rest, std::size_t k) {
  std::string_view const at = rest;
  std::string_view const field = data::text::take_field(rest, ',');
  bool const is_last = k + 1 == table_columns.size();
  if (data::text::take(rest, ',') == is_last) {
    in.fail_at(at, std::to_string(table_columns.size()) + " fields",
               is_last ? "more" : std::to_string(k + 1));
  }
  return field;
}

[[nodiscard]] inline data::dataset read_authors_thyroid(std::string_view all,
                                                        std::string_view name) {
  data::text::lines in(all, "authors_thyroid", name);
  std::vector<float> x;
  std::vector<std::int32_t> y;
  bool header = true;
  while (!in.nothing_follows() && in.next()) {
    std::string_view rest = in.line();
    for (std::size_t k = 0; k < table_columns.size(); ++k) {
      std::string_view const field = take_table_field(in, rest, k);
      std::string_view number = field;
      float value = 0;
      if (header) {
        if (field != table_columns[k]) {
          in.fail_at(field, "the column " + std::string(table_columns[k]),
                     data::text::quoted(field));
        }
      } else if (k == data::thyroid::features) {
        auto const* const found =
            std::find(data::thyroid_names.begin(), data::thyroid_names.end(), field);
        if (found == data::thyroid_names.end())
          in.fail_at(field, "a diagnosis", data::text::quoted(field));
        y.push_back(static_cast<std::int32_t>(found - data::thyroid_names.begin()));
      } else if (data::text::take_number(number, value) && number.empty() && value >= 0) {
        x.push_back(value);
      } else {
        in.fail_at(field, "a number from 0", data::text::quoted(field));
      }
    }
    header = false;
  }
  if (y.empty()) in.fail_all("a header and patients", header ? "no line" : "a header alone");
  data::dataset result =
      data::make_dataset(y.size(), data::thyroid::features, data::thyroid_names.size());
  std::copy(x.begin(), x.end(), result.x.data());
  std::copy(y.begin(), y.end(), result.y.data());
  return result;
}

}  // namespace detail

/// Reads a table of the authors' for comparisons with the paper, **not for honest work**: x [rows,
/// 26], y as data::thyroid_names. Use data/thyroid.hpp for that.
///
/// Its defect: the authors merged the UCI files allhypo, allhyper and sick, in which a patient with
/// one disease is "negative" in the files of the others, and kept all lines. Every diagnosed
/// patient is there once more as negative, with the same attributes, so no classifier can have more
/// than 84.8 % right on women and 87.0 % on men, and calling everybody negative has just that.
/// Missing assays and ages were replaced by medians, and 110 patients of unknown sex count as
/// women.
///
///     age,sex, ... ,FTI,class
///     41,0, ... ,109,negative           numbers from 0; a name of data::thyroid_names
///
/// See data::text::lines for what means nothing; blanks around a field do not either. halo::error
/// with line, column, expected and found for anything else.
[[nodiscard]] inline data::dataset parse_authors_thyroid(std::string_view all,
                                                         std::string_view name) {
  return io::with_memory(
      "authors_thyroid", name, all.size(), [&] { return detail::read_authors_thyroid(all, name); },
      " bytes of text");
}

/// Reads a file, female.csv or male.csv; errors as above and as read_file.
[[nodiscard]] inline data::dataset load_authors_thyroid(std::string const& path) {
  auto const bytes = io::read_file(path, data::thyroid::file_limit);
  return parse_authors_thyroid(io::as_text(bytes.span()), path);
}

}  // namespace halo::zoo
