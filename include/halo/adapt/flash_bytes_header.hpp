// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <halo/adapt/flash_bytes.hpp>
#include <halo/adapt/flash_header.hpp>
#include <halo/core/error.hpp>
#include <halo/io/cpp_source.hpp>

// Writes the headers of flash_bytes.hpp.

namespace halo::adapt {

/// The text of a header with weights as bytes, one scale an output: 127 is the output's largest
/// magnitude. `unpack` makes floats of it.
///
/// @param name  of the type, an identifier
/// @param note  for its docstring: where the numbers come from
/// @throws halo::error for a name that is none, and a number that is not finite
[[nodiscard]] inline std::string flash_bytes_header(std::string const& name,
                                                    std::string const& note,
                                                    flash_numbers const& parameters,
                                                    flash_numbers const& statistics) {
  std::vector<std::string> bytes, floats;
  std::vector<float> unpacked;
  detail::for_each_tensor(parameters, [&](flash_tensor const& t, std::span<float const> values) {
    if (t.name.ends_with(".integers"))
      fail("header", joined({"tensor '", t.name, "'"}), "floats", "bytes already (flash_header)");
    if (!detail::is_bytes(t)) {
      for (float const x : values) floats.push_back(io::literal(x));
      unpacked.insert(unpacked.end(), values.begin(), values.end());
      return;
    }
    std::size_t const outputs = detail::last_extent(t);
    std::vector<float> scales(outputs);
    for (std::size_t i = 0; i < values.size(); ++i)
      scales[i % outputs] = std::max(scales[i % outputs], std::abs(values[i]) / 127);
    for (float const s : scales) floats.push_back(io::literal(s));
    for (std::size_t i = 0; i < values.size(); ++i) {
      float const scale = scales[i % outputs];
      float const steps = scale > 0 ? std::round(values[i] / scale) : 0;
      float const whole = std::clamp(steps, -127.0F, 127.0F);
      bytes.push_back(std::to_string(static_cast<int>(whole)));
      unpacked.push_back(scale * whole);
    }
  });
  std::string text = detail::head_of_header(name, note, "halo/adapt/flash_bytes.hpp");
  detail::append_tensors(text, "tensors", parameters.tensors);
  detail::append_tensors(text, "statistic_tensors", statistics.tensors);
  detail::append_array(text, "std::int8_t", "bytes", bytes);
  detail::append_array(text, "float", "floats", floats);
  detail::append_numbers(text, "statistics", statistics);
  return text + detail::end_of_header(flash_checksum(unpacked, statistics.values));
}

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
