// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// PNG files by hand, chunk by chunk: what a reader is asked must not come from its own library.

namespace support {

/// Four bytes, the most significant one first.
[[nodiscard]] inline std::string png_number(std::size_t n) {
  std::string text;
  for (unsigned shift : {24U, 16U, 8U, 0U}) text += static_cast<char>(n >> shift & 0xFFU);
  return text;
}

/// A chunk: length, kind, content, checksum of kind and content.
[[nodiscard]] inline std::string png_chunk(std::string const& kind, std::string const& content) {
  std::string const checked = kind + content;
  auto const sum =
      ::crc32(0, reinterpret_cast<Bytef const*>(checked.data()), static_cast<uInt>(checked.size()));
  return png_number(content.size()) + checked + png_number(sum);
}

[[nodiscard]] inline std::string packed(std::string const& text) {
  uLongf size = ::compressBound(static_cast<uLong>(text.size()));
  std::string to(size, '\0');
  if (::compress(reinterpret_cast<Bytef*>(to.data()), &size,
                 reinterpret_cast<Bytef const*>(text.data()),
                 static_cast<uLong>(text.size())) != Z_OK)
    return {};
  to.resize(size);
  return to;
}

inline constexpr std::string_view png_signature = "\x89PNG\r\n\x1A\n";

/// What a PNG file is made of; `lines` as the file has them, each after its byte of filter.
struct png_parts {
  std::size_t width, height;
  int bits, colour;  ///< colour 0 grey, 2 red green blue, 3 palette, 4 and 6 with transparency
  std::string lines;
  std::string before{};  ///< chunks in front of the pixels: a palette
  bool interlaced = false;
};

[[nodiscard]] inline std::string png_of(png_parts const& p) {
  std::string const header = png_number(p.width) + png_number(p.height) +
                             static_cast<char>(p.bits) + static_cast<char>(p.colour) +
                             std::string(2, '\0') + static_cast<char>(p.interlaced);
  return std::string(png_signature) + png_chunk("IHDR", header) + p.before +
         png_chunk("IDAT", packed(p.lines)) + png_chunk("IEND", "");
}

}  // namespace support
