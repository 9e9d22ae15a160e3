// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <halo/io/tensor_view.hpp>

namespace halo::io {

/// FNV-1a over the bytes of all tensors, as 16 hexadecimal digits; a single wrong byte always shows
/// [Fowler, Noll & Vo].
[[nodiscard]] inline std::string checksum(std::span<tensor_view const> sorted) {
  std::uint64_t sum = 0xCBF29CE484222325U;
  for (tensor_view const& t : sorted) {
    std::size_t const width = size_of(t.type);
    for (std::size_t i = 0; i < t.bytes.size(); ++i) {
      // the same number on every machine: the least significant byte of an element first
      std::size_t const low =
          std::endian::native == std::endian::little ? i : i - i % width + width - 1 - i % width;
      sum = (sum ^ std::to_integer<std::uint64_t>(t.bytes[low])) * 0x100000001B3U;
    }
  }
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; sum >>= 4U) text[i] = "0123456789abcdef"[sum & 15U];
  return text;
}

}  // namespace halo::io
