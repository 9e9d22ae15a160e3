// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <halo/adapt/report.hpp>
#include <halo/data/dataset.hpp>

namespace support {

/// Shares of right answers on held-out examples.
struct score {
  double plain = 0;     ///< of all examples
  double balanced = 0;  ///< mean over the classes of the share in each
};

/// How well a network does on a dataset.
template <class Device>
[[nodiscard]] score score_of(Device& device, halo::data::dataset const& on,
                             halo::adapt::weights at) {
  constexpr std::size_t outputs = Device::network::outputs;
  std::vector<float> y(on.rows() * outputs);
  device.predict(std::span<float const>(on.x.data(), on.x.size()), y, at);
  std::vector<double> right(on.classes), rows(on.classes);
  score s;
  for (std::size_t i = 0; i < on.rows(); ++i) {
    float const* const out = y.data() + i * outputs;
    auto const label = static_cast<std::size_t>(on.y.data()[i]);
    bool const hit = std::max_element(out, out + outputs) == out + label;
    right[label] += hit ? 1 : 0;
    rows[label] += 1;
    s.plain += hit ? 1 / static_cast<double>(on.rows()) : 0;
  }
  double classes = 0;
  for (std::size_t c = 0; c < on.classes; ++c) {
    if (rows[c] == 0) continue;
    s.balanced += right[c] / rows[c];
    ++classes;
  }
  s.balanced /= classes;
  return s;
}

}  // namespace support
