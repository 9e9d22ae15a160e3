// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/data.hpp>

// Small problems of a device: gases of an excerpt that comes with halo, and the wearers 1 to 15 of
// HAR where HALO_DATA is set.

namespace support {

[[nodiscard]] inline halo::data::dataset rows_of(halo::data::dataset const& from,
                                                 std::vector<std::size_t> const& rows) {
  auto d = halo::data::make_dataset(rows.size(), from.features(), from.classes);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < from.features(); ++j) d.x(i, j) = from.x(rows[i], j);
    d.y(i) = from.y(rows[i]);
  }
  return d;
}

[[nodiscard]] inline halo::data::gas_sensor const& gases() {
  static auto const all = halo::data::load_gas_sensor("examples/data/gas_sensor");
  return all;
}

[[nodiscard]] inline bool has_activities() { return std::getenv("HALO_DATA") != nullptr; }

/// The wearers 1 to 15.
[[nodiscard]] inline halo::data::har const& activities() {
  static auto const some = [] {
    auto har =
        halo::data::load_har(std::string(std::getenv("HALO_DATA")) + "/UCI HAR Dataset", "train");
    std::vector<std::size_t> rows;
    std::vector<std::int32_t> subjects;
    for (std::size_t i = 0; i < har.samples.rows(); ++i)
      if (har.subject[i] <= 15) rows.push_back(i), subjects.push_back(har.subject[i]);
    har.samples = rows_of(har.samples, rows);
    har.subject = subjects;
    return har;
  }();
  return some;
}

}  // namespace support
