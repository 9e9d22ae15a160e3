// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

namespace support {

/// All bytes that make up the run of an adapter, in the order of its fields.
template <class Device>
[[nodiscard]] std::vector<unsigned char> bytes_of(Device& device) {
  std::vector<unsigned char> all;
  device.fields([&](char const*, char const*, auto values) {
    auto const* const p = reinterpret_cast<unsigned char const*>(values.data());
    all.insert(all.end(), p, p + values.size_bytes());
  });
  return all;
}

}  // namespace support
