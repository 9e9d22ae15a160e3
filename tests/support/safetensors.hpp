// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/io/safetensors.hpp>

#include "data.hpp"

namespace support {

/// A safetensors file by hand: the length of the header, the header, the data.
[[nodiscard]] inline std::string safetensors_file(std::string const& header,
                                                  std::string const& data) {
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) text += static_cast<char>(header.size() >> (8 * i) & 0xFFU);
  return text + header + data;
}

/// The message with which it is refused.
[[nodiscard]] inline std::string message_of_parsing(std::string_view text) {
  return message_of<halo::error>([text] {
    static_cast<void>(halo::io::parse_safetensors(halo::io::as_bytes(text), "w.safetensors"));
  });
}

}  // namespace support
