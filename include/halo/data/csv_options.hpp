// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <halo/data/dataset.hpp>

namespace halo::data {

/// A column of a table: by its number from 0, from behind (-1 is the last), or by its name in the
/// header.
struct csv_column {
  /// By its number: `.labels = {-1}` is the last column.
  csv_column(int from_0) : number(from_0) {}
  /// By its name, which needs csv_options::header: `.labels = {"class"}`.
  csv_column(char const* in_header) : name(in_header) {}
  /// By a name that is already a string.
  csv_column(std::string in_header) : name(std::move(in_header)) {}

  int number = 0;    ///< where the name is empty
  std::string name;  ///< as the header has it
};

/// What becomes of a field with nothing in it, ?, NA, N/A, nan, NaN, null or NULL.
enum class missing {
  refuse,  ///< an error
  keep,    ///< NaN in a feature, which a standardizer makes the mean; no text of a column of texts
  leave_out,  ///< the row is left out
};

/// The different texts of a column, in the order in which they came.
struct csv_table {
  std::size_t column = 0;           ///< from 0, in the file
  std::vector<std::string> values;  ///< text 0 is label 0, or the first of the column's features
};

/// How a CSV file is to be read.
struct csv_options {
  char separator = ',';  ///< one of , ; : | tab; or a blank: any number of blanks and tabs
  char decimal = '.';    ///< or ','
  bool header = false;   ///< whether the first line holds the names of the columns
  std::vector<csv_column> labels = {-1};  ///< of the label; for numbers to be met there may be more
  std::vector<csv_column> domain = {};    ///< none or one: whole numbers or texts, samples.domains
  std::vector<csv_column> weight = {};    ///< none or one: numbers from 0, samples.weights
  std::vector<csv_column> leave_out = {};  ///< columns that are not read
  std::vector<csv_column> texts = {};      ///< columns that hold texts from a small set
  std::vector<csv_table> tables = {};      ///< their texts, known from another file: no others then
  missing missing_values = missing::refuse;  ///< what becomes of fields that hold no value
  std::size_t classes = 0;  ///< labels are below it; 0: one more than the largest, at most 65536
  std::size_t max_texts = 256;                      ///< in a column; more are refused
  std::size_t max_rows = std::size_t{1} << 24U;     ///< more are refused
  std::size_t max_columns = std::size_t{1} << 16U;  ///< more are refused
  std::size_t max_bytes = std::size_t{1} << 28U;    ///< of a file
};

/// A table of numbers: features and labels, and what they are called.
///
/// Where no column holds the label, every label is 0 and classes is 1; samples.x is the table.
template <class Target>
struct basic_csv {
  basic_dataset<Target> samples;
  std::vector<std::string> names;  ///< one a feature, "colour=red" of a text; none without a header
  std::vector<std::string> label_names;  ///< one a column of labels; none without a header
  std::vector<csv_table> tables;         ///< one a column of texts
  std::size_t left_out = 0;              ///< rows that missing values cost
};

/// With labels, and with numbers to be met.
using csv = basic_csv<std::int32_t>;
using csv_regression = basic_csv<float>;

}  // namespace halo::data
