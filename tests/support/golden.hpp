// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace support {

/// Path of a file under tests/golden; tests run in the folder of the project.
[[nodiscard]] inline std::string golden(std::string const& name) { return "tests/golden/" + name; }

/// The first elements of every golden tensor file: see tests/golden/make_npy.py.
template <class T>
[[nodiscard]] std::vector<T> golden_values(std::size_t count) {
  std::vector<T> result;
  for (std::size_t i = 0; i < count; ++i) {
    int const whole = static_cast<int>(37 * i % 101) - 50;
    if constexpr (std::is_same_v<T, bool>) {
      result.push_back(whole % 2 != 0);
    } else if constexpr (std::is_floating_point_v<T>) {
      result.push_back(static_cast<T>(whole) / 2);
    } else {
      result.push_back(static_cast<T>(std::is_unsigned_v<T> ? whole + 50 : whole));
    }
  }
  return result;
}

}  // namespace support
