// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include <halo/data/dataset.hpp>
#include <halo/data/gas_sensor.hpp>
#include <halo/data/split.hpp>
#include <halo/kernel/activation.hpp>
#include <halo/zoo/authors_thyroid.hpp>
#include <halo/zoo/domains.hpp>

#include "../support/public_data.hpp"

// What the released code of HALO's authors does otherwise than these experiments.

namespace experiment {

/// relu on the logits where the preset is the authors', else nothing: one type, so that a network
/// is compiled once for both.
struct relu_of_authors {
  static inline bool on = false;  ///< chosen before the first run
  static constexpr char const* name = "relu of authors";
  static constexpr bool from_output = true;
  template <class V>
  [[nodiscard]] V operator()(V x) const noexcept {
    return on ? halo::kernel::relu{}(x) : x;
  }
  template <class V>
  [[nodiscard]] V slope(V y) const noexcept {
    return on ? halo::kernel::relu{}.slope(y) : V(1);
  }
};

/// Men, then women, as zoo::load_authors_thyroid has them: raw numbers, contradictions included.
[[nodiscard]] inline support::materials authors_patients(std::string const& folder,
                                                         std::uint64_t number) {
  auto const split = [&](char const* file) {
    return halo::data::random_split(halo::zoo::load_authors_thyroid(folder + file), 0.25,
                                    halo::seed{number});
  };
  auto m = support::both_domains(split("/male.csv"), split("/female.csv"));
  m.balanced = true;
  return m;
}

/// Every column divided by its largest magnitude, over all rows, held-out ones included.
inline void scale_by_largest(halo::data::dataset& d) {
  std::size_t const columns = d.features();
  for (std::size_t j = 0; j < columns; ++j) {
    float largest = 0;
    for (std::size_t i = j; i < d.x.size(); i += columns)
      largest = std::max(largest, std::abs(d.x.data()[i]));
    for (std::size_t i = j; largest > 0 && i < d.x.size(); i += columns) d.x.data()[i] /= largest;
  }
}

/// The authors' three gases, then their three others; the head is kept.
[[nodiscard]] inline support::materials authors_gases(halo::data::gas_sensor const& gas,
                                                      std::uint64_t number) {
  auto all = gas.samples;
  scale_by_largest(all);
  auto const split = [&](auto const& labels) {
    return halo::data::random_split(halo::data::select_classes(all, labels), 0.1,
                                    halo::seed{number});
  };
  return support::both_domains(split(halo::zoo::gas_domains_authors.b),
                               split(halo::zoo::gas_domains_authors.a));
}

}  // namespace experiment
