// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/text.hpp>
#include <halo/io/file.hpp>
#include <halo/tensor/array.hpp>

// Gas Sensor Array Drift: 16 chemical sensors, 8 features each, six gases measured over 36 months.
// [Vergara et al. 2012, Sensors and Actuators B 166-167, 320-329; UCI data sets 224 and 270]

namespace halo::data {

/// Names of the gases; the label in the files is the index, 0 is no gas.
inline constexpr std::array<std::string_view, 7> gas_names = {
    "none", "ethanol", "ethylene", "ammonia", "acetaldehyde", "acetone", "toluene"};

/// Rows of the Gas Sensor Array Drift data.
///
/// samples.y holds the labels of the files, 1 ... 6, so samples.classes is 7 and class 0 is empty;
/// select_classes(samples, {4, 5, 6}) makes a problem with labels 0 ... 2 of it.
struct gas_sensor {
  static constexpr std::size_t features = 128;
  static constexpr std::size_t file_limit = std::size_t{1} << 26;  ///< bytes; published: 8 MB

  dataset samples;
  std::vector<float> ppm;           ///< concentration of each row, NaN where the file has none
  std::vector<std::int32_t> batch;  ///< number of the batch file of each row, 0 if unknown
};

namespace detail {

/// Rows of the files read so far, one after the other.
struct gas_rows {
  std::vector<float> x;
  std::vector<std::int32_t> y;
  std::vector<float> ppm;
  std::vector<std::int32_t> batch;
};

/// "class;ppm" or "class" from the front of a line.
inline void take_gas_head(text::lines const& in, std::string_view& rest, gas_rows& to) {
  std::string_view const start = rest;
  std::int32_t label = 0;
  if (!text::take_integer(rest, label) || label < 1 || label > 6) {
    in.fail_at(start, "a class from 1 to 6", text::quoted(text::word(start)));
  }
  float ppm = std::numeric_limits<float>::quiet_NaN();
  if (text::take(rest, ';')) {
    std::string_view const at = rest;
    if (!text::take_number(rest, ppm) || ppm < 0) {
      in.fail_at(at, "a concentration in ppm", text::quoted(text::word(at)));
    }
  }
  to.y.push_back(label);
  to.ppm.push_back(ppm);
}

/// "k:value" behind at least one blank.
inline float take_gas_feature(text::lines const& in, std::string_view& rest, std::size_t k) {
  std::string_view const before = rest;
  text::skip_blanks(rest);
  std::string_view const at = rest;
  std::size_t index = 0;
  float value = 0;
  bool const read = rest.size() < before.size() && text::take_integer(rest, index) && index == k &&
                    text::take(rest, ':') && text::take_number(rest, value);
  if (!read || (!rest.empty() && rest[0] != ' ' && rest[0] != '\t')) {
    std::string_view const found = at.size() < before.size() ? at : before;
    in.fail_at(found, "a blank and " + std::to_string(k) + ":<finite number>",
               text::quoted(text::word(found)));
  }
  return value;
}

/// Appends the rows of one file.
inline void parse_gas_rows(std::string_view all, std::string_view name, std::int32_t batch,
                           gas_rows& to) {
  text::lines in(all, "gas_sensor", name);
  if (in.nothing_follows())
    in.fail_all("rows such as 1;10.0 1:15596.2 ... 128:-2.7", "an empty file");
  // The shortest row, "1 1:0 2:0 ... 128:0" and its end, has 662 characters: never much more memory
  // than the text takes.
  std::size_t const most = all.size() / 662 + 1;
  to.x.reserve(to.x.size() + most * gas_sensor::features);
  while (!in.nothing_follows() && in.next()) {
    std::string_view rest = in.line();
    take_gas_head(in, rest, to);
    for (std::size_t k = 1; k <= gas_sensor::features; ++k) {
      to.x.push_back(take_gas_feature(in, rest, k));
    }
    text::skip_blanks(rest);
    if (!rest.empty()) in.fail_at(rest, "the end of the line", text::quoted(text::word(rest)));
    to.batch.push_back(batch);
  }
}

[[nodiscard]] inline gas_sensor finish(gas_rows& from) {
  gas_sensor result;
  result.samples = make_dataset(from.y.size(), gas_sensor::features, gas_names.size());
  std::copy(from.x.begin(), from.x.end(), result.samples.x.data());
  std::copy(from.y.begin(), from.y.end(), result.samples.y.data());
  result.ppm = std::move(from.ppm);
  result.batch = std::move(from.batch);
  return result;
}

/// k of a path that ends in batch<k>.dat, 0 for other paths.
[[nodiscard]] inline std::int32_t batch_number(std::string_view path) noexcept {
  std::size_t const slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  std::int32_t number = 0;
  if (!path.starts_with("batch")) return 0;
  path.remove_prefix(5);
  return text::take_integer(path, number) && path == ".dat" ? number : 0;
}

}  // namespace detail

/// Reads the text of one file, in either published layout, line by line:
///
///     class;ppm 1:v 2:v ... 128:v        class 1:v 2:v ... 128:v
///
/// with class 1 ... 6 and all 128 features in order; see text::lines for what means nothing.
/// halo::error with line, column, expected and found for anything else, infinite and missing values
/// included.
[[nodiscard]] inline gas_sensor parse_gas_sensor(std::string_view text, std::string_view name,
                                                 std::int32_t batch = 0) {
  return io::with_memory(
      "gas_sensor", name, text.size(),
      [&] {
        detail::gas_rows rows;
        detail::parse_gas_rows(text, name, batch, rows);
        return detail::finish(rows);
      },
      " bytes of text");
}

/// Reads one file, or those of batch1.dat ... batch10.dat that a folder has.
///
/// The batch number of a row comes from the name of its file. halo::error as parse_gas_sensor, and
/// when the folder has none of the files.
[[nodiscard]] inline gas_sensor load_gas_sensor(std::string const& path) {
  detail::gas_rows rows;
  auto const add = [&rows](std::string const& file) {
    auto const bytes = io::read_file(file, gas_sensor::file_limit);
    io::with_memory(
        "gas_sensor", file, bytes.size(),
        [&] {
          detail::parse_gas_rows(io::as_text(bytes.span()), file, detail::batch_number(file), rows);
        },
        " bytes of text");
  };
  if (io::is_folder(path)) {
    for (int k = 1; k <= 10; ++k) {
      std::string const file = path + "/batch" + std::to_string(k) + ".dat";
      if (io::exists(file)) add(file);
    }
    if (rows.y.empty()) {
      fail("gas_sensor", path, "at least one of batch1.dat ... batch10.dat", "none");
    }
  } else {
    add(path);
  }
  return detail::finish(rows);
}

}  // namespace halo::data

#include <halo/macros_back.hpp>
