// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <halo/io/memory.hpp>
#include <halo/io/quoted.hpp>

// Kinds of files by their first bytes: so that a reader that is given another one can say which.

namespace halo::io {

namespace detail {

/// How files of a kind begin, and what messages call it.
struct signature {
  std::string_view begin, kind;
};
inline constexpr std::array<signature, 28> signatures = {{
    {"\x1F\x8B", "gzip (to be unpacked; io/gzip.hpp does)"},
    {"PK\x03\x04", "a zip archive (npz, xlsx, PyTorch's own file)"},
    {"PK\x05\x06", "an empty zip archive"},
    {"\x93NUMPY", "npy"},
    {"\x89HDF\r\n\x1A\n", "HDF5"},
    {"\x89PNG\r\n\x1A\n", "a PNG image"},
    {"\xFF\xD8\xFF", "a JPEG image"},
    {"P5\n", "a PGM image"},
    {"P6\n", "a PPM image"},
    {"GIF87a", "a GIF image"},
    {"GIF89a", "a GIF image"},
    {"%PDF-", "PDF"},
    {"BZh91AY&SY", "bzip2 (to be unpacked)"},
    {{"\xFD\x37zXZ\0", 6}, "xz (to be unpacked)"},
    {"\x28\xB5\x2F\xFD", "zstd (to be unpacked)"},
    {"7z\xBC\xAF\x27\x1C", "a 7z archive"},
    {"PAR1\x15", "Parquet"},
    {{"ARROW1\0\0", 8}, "Arrow"},
    {{"SQLite format 3\0", 16}, "an SQLite database"},
    {"MATLAB 5.0 MAT-file", "a MATLAB file"},
    {"\x7F"
     "ELF",
     "a program"},
    {"\x80\x02", "a Python pickle"},
    {"\x80\x03", "a Python pickle"},
    {"\x80\x04", "a Python pickle"},
    {"\x80\x05", "a Python pickle"},
    {"\xFF\xFE", "text in UTF-16 (save it as UTF-8)"},
    {"\xFE\xFF", "text in UTF-16 (save it as UTF-8)"},
    {"<?xml", "XML"},
}};

/// Whether a text is the beginning of a web page: what a failed download leaves behind.
[[nodiscard]] inline bool is_web_page(std::string_view text) noexcept {
  auto const begins = [&text](std::string_view lower) {
    return text.size() >= lower.size() &&
           std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
             return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
           });
  };
  std::size_t const space = text.find_first_not_of(" \t\r\n");
  text.remove_prefix(std::min(space, text.size()));
  return begins("<!doctype html") || begins("<html");
}

}  // namespace detail

/// What the first bytes of a file (some 300 tell most) say that it is; empty where they say
/// nothing, as those of text do.
[[nodiscard]] inline std::string_view kind_of(std::span<std::byte const> first) noexcept {
  std::string_view const text = as_text(first);
  for (detail::signature const& s : detail::signatures)
    if (text.starts_with(s.begin)) return s.kind;
  if (detail::is_web_page(text)) return "a web page";
  if (text.size() >= 262 && text.substr(257, 5) == "ustar") return "a tar archive";
  if (text.size() > 9 && text.substr(3, 5) == std::string_view("\0\0\0\0\0", 5) && text[8] == '{')
    return "safetensors";
  // protobuf: field 1 is the version of its format, field 2, 3, 7 or 8 comes next
  if (text.size() > 3 && text[0] == 8 && text[1] > 0 && text[1] < 32 &&
      std::string_view("\x12\x1A\x3A\x42").find(text[2]) != std::string_view::npos)
    return "an ONNX model (halo-import makes a network of it)";
  bool const idx = text.size() > 4 && text[0] == 0 && text[1] == 0 && text[2] >= 8 &&
                   text[2] <= 14 && text[3] >= 1 && text[3] <= 8;
  return idx ? "IDX, as MNIST's files are" : "";
}

/// The kind of a file that another reader was given, or its first bytes: for messages.
[[nodiscard]] inline std::string kind_or_bytes(std::span<std::byte const> first) {
  std::string_view const kind = kind_of(first);
  return kind.empty() ? quoted(as_text(first), 8) : std::string(kind);
}

}  // namespace halo::io

#include <halo/macros_back.hpp>
