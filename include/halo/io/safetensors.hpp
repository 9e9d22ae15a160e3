// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include <halo/io/file.hpp>
#include <halo/io/input.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/safetensors_parser.hpp>
#include <halo/io/safetensors_writer.hpp>
#include <halo/io/save.hpp>

namespace halo::io {

/// Reads a safetensors file: its header first, and its data only when that is as it should be.
///
/// @param file   at its beginning: an input_file, or what a storage opened (io/storage.hpp)
/// @param bound  how many bytes of header and of data whoever asks can need
/// @param check  called with the file as its header describes it, before there is memory for the
///               data (the tensors have types and shapes, and no bytes); refuses by throwing
///
/// halo::error: as parse_safetensors, as the input, what `check` throws, more bytes than the
/// bound.
template <byte_source File, class Check>
[[nodiscard]] safetensors load_safetensors(input<File>& file, safetensors_bound const& bound,
                                           Check&& check) {
  detail::safetensors_parser parser(file.path());
  std::array<std::byte, 8> first{};
  file.read(std::span(first).first(std::min(first.size(), file.size())));
  auto header = make_buffer("safetensors", file.path(), parser.length(first, file.size(), bound));
  file.read(header.span());
  safetensors const& described = parser.read_header(std::move(header), file.left());
  check(described);
  return std::move(parser).finish(file.read_rest());
}
/// The same of a path; errors as input_file, too.
template <class Check>
[[nodiscard]] safetensors load_safetensors(std::string const& path, safetensors_bound const& bound,
                                           Check&& check) {
  return with_memory("safetensors", path, [&] {
    input_file file(path);
    return load_safetensors(file, bound, check);
  });
}
[[nodiscard]] inline safetensors load_safetensors(std::string const& path,
                                                  safetensors_bound const& bound = {}) {
  return load_safetensors(path, bound, [](safetensors const&) {});
}

/// Writes a safetensors file; an existing one is replaced completely or not at all.
///
/// Errors as write_safetensors and save_atomically. Takes as much memory as the file has bytes.
inline void save_safetensors(std::string const& path, std::span<tensor_view const> tensors,
                             std::span<metadata_entry const> metadata = {}) {
  auto const bytes =
      with_memory("safetensors", path, [&] { return write_safetensors(tensors, metadata); });
  save_atomically(path, bytes.span());
}

}  // namespace halo::io

#include <halo/macros_back.hpp>
