// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/fingerprint.hpp>
#include <halo/data/csv.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/gas_sensor.hpp>
#include <halo/io/file.hpp>
#include <halo/io/npy.hpp>

#include "adaptation_data.hpp"
#include "arguments.hpp"

namespace support {

using namespace halo;

/// Rows and where each comes from.
struct source {
  data::dataset rows;
  std::vector<std::int32_t> domains;
};

[[nodiscard]] inline source load_npy(std::string const& folder) {
  source from;
  from.rows.x = io::load_npy<float, 2>(folder + "/x.npy");
  from.rows.y = io::load_npy<std::int32_t, 1>(folder + "/y.npy");
  auto const domains = io::load_npy<std::int32_t, 1>(folder + "/domain.npy");
  auto const& y = from.rows.y;
  if (y.size() != from.rows.rows() || y.size() == 0 || std::ranges::min(y) < 0)
    fail("halo-specialise", folder + "/y.npy", "a label from 0 for every row", "others");
  from.rows.classes = static_cast<std::size_t>(std::ranges::max(y)) + 1;
  if (domains.size() != y.size())
    fail("halo-specialise", folder + "/domain.npy",
         std::to_string(y.size()) + ", one for every row", std::to_string(domains.size()));
  from.domains.assign(domains.begin(), domains.end());
  return from;
}

[[nodiscard]] inline source load_csv(std::string const& file) {
  auto table = data::load_csv(file, {.header = true, .domain = {"domain"}});
  auto domains = std::move(table.samples.domains);
  table.samples.domains = {};
  return {std::move(table.samples), std::move(domains)};
}

/// What tells these rows from others: a training goes on with its own alone.
[[nodiscard]] inline std::string fingerprint_of(source const& from) {
  fingerprint all =
      halo::fingerprint_of(std::span<float const>(from.rows.x.data(), from.rows.x.size()));
  all.add(
      halo::fingerprint_of(std::span<std::int32_t const>(from.rows.y.data(), from.rows.y.size()))
          .text()
          .data());
  all.add(halo::fingerprint_of(std::span(from.domains)).text().data());
  return all.text().data();
}

/// Rows of a public data set: gas, batches 1 to 6; or wearers 1 to 15, six numbers a channel.
[[nodiscard]] inline source load_public(std::string const& name) {
  std::string const folder = data_folder();
  if (folder.empty()) leave_without_data("halo-specialise");
  source from;
  if (name == "gas") {
    auto gas = early_gas(folder);
    from = {data::select_classes(gas.samples, {1, 2, 3, 4, 5, 6}), std::move(gas.batch)};
  } else {
    auto har = early_wearers(folder);
    from = {data::select_classes(window_features(har.samples), {1, 2, 3, 4, 5, 6}),
            std::move(har.subject)};
  }
  return from;
}

/// Rows of the gases 1, 2, 3 that come with halo, for no path; of a folder with x.npy, y.npy and
/// domain.npy; or of a CSV file with names, a column 'domain', and the label last.
[[nodiscard]] inline source load(std::string const& path) {
  if (path.empty()) {
    std::string const folder = "examples/data/gas_sensor";
    if (!io::is_folder(folder))
      fail("halo-specialise", "--data", "your rows, or to be in the folder of halo's sources",
           "neither");
    auto const gas = data::load_gas_sensor(folder);
    auto const some =
        data::rows_where(std::span(gas.samples.y.data(), gas.samples.rows()), {1, 2, 3});
    source from{data::select_classes(gas.samples, {1, 2, 3}), {}};
    for (std::uint32_t const r : some) from.domains.push_back(gas.batch[r]);
    return from;
  }
  return io::is_folder(path) ? load_npy(path) : load_csv(path);
}

}  // namespace support
