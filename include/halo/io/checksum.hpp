// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/fingerprint.hpp>
#include <halo/io/safetensors_file.hpp>
#include <halo/io/tensor_view.hpp>

namespace halo::io {

/// The key under which a file's own sum stands in it.
inline constexpr std::string_view checksum_key = "checksum";

/// The fingerprint of all that a safetensors file says, its own sum left out: keys and values,
/// names, types, shapes and bytes, each sorted by name. 16 hexadecimal digits.
[[nodiscard]] inline std::string checksum(std::vector<tensor_view> tensors,
                                          std::vector<metadata_entry> metadata) {
  std::sort(tensors.begin(), tensors.end(),
            [](auto const& a, auto const& b) { return a.name < b.name; });
  std::sort(metadata.begin(), metadata.end(),
            [](auto const& a, auto const& b) { return a.key < b.key; });
  fingerprint sum;
  for (metadata_entry const& entry : metadata) {
    if (entry.key == checksum_key) continue;
    sum.add(entry.key);
    sum.add(entry.value);
  }
  for (tensor_view const& t : tensors) {
    sum.add(t.name);
    sum.add(name_of(t.type));
    sum.add(to_string(t.shape));
    std::size_t const width = size_of(t.type);
    for (std::size_t at = 0; at < t.bytes.size(); at += width) sum.add(t.bytes.subspan(at, width));
  }
  return sum.text().data();
}

/// The same of a file that was read.
[[nodiscard]] inline std::string checksum(safetensors const& file) {
  return checksum({file.tensors().begin(), file.tensors().end()},
                  {file.metadata().begin(), file.metadata().end()});
}

}  // namespace halo::io
