// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/io/file.hpp>
#include <halo/io/json.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/safetensors_file.hpp>
#include <halo/io/safetensors_parser.hpp>
#include <halo/io/save.hpp>
#include <halo/io/tensor_view.hpp>

namespace halo::io {

/// Reads the bytes of a safetensors file; they are copied. `name` stands in messages.
///
/// halo::error: a length or header that does not fit, JSON beyond what the format needs, duplicate
/// names or keys, unknown fields, more than 8 axes, products that overflow, data with holes,
/// overlaps or unused bytes.
[[nodiscard]] inline safetensors parse_safetensors(std::span<std::byte const> bytes,
                                                   std::string_view name) {
  detail::safetensors_parser parser(name);
  std::size_t const length = parser.length(bytes, bytes.size(), {});
  auto header = make_buffer("safetensors", name, length);
  std::copy_n(bytes.begin() + 8, length, header.begin());
  auto const rest = bytes.subspan(8 + length);
  static_cast<void>(parser.read_header(std::move(header), rest.size()));
  auto data = make_buffer("safetensors", name, rest.size());
  std::copy(rest.begin(), rest.end(), data.begin());
  return std::move(parser).finish(std::move(data));
}

/// Reads a safetensors file: its header first, and its data only when that is as it should be.
///
/// @param bound  how many bytes of header and of data whoever asks can need
/// @param look   called with the file as its header describes it, before there is memory for the
///               data (the tensors have types and shapes, and no bytes); refuses by throwing
///
/// halo::error: as above, as input_file, what `look` throws, more bytes than the bound.
template <class Look>
[[nodiscard]] safetensors load_safetensors(std::string const& path, safetensors_bound const& bound,
                                           Look&& look) {
  input_file file(path);
  detail::safetensors_parser parser(path);
  std::array<std::byte, 8> first{};
  file.read(std::span(first).first(std::min(first.size(), file.size())));
  auto header = make_buffer("safetensors", path, parser.length(first, file.size(), bound));
  file.read(header.span());
  safetensors const& described = parser.read_header(std::move(header), file.left());
  look(described);
  return std::move(parser).finish(file.read_rest());
}
[[nodiscard]] inline safetensors load_safetensors(std::string const& path,
                                                  safetensors_bound const& bound = {}) {
  return load_safetensors(path, bound, [](safetensors const&) {});
}

namespace detail {

inline void check_tensor(tensor_view const& t) {
  if (!is_utf8(t.name)) fail("safetensors", "name " + quoted(t.name), "UTF-8", "other bytes");
  if (t.name == "__metadata__") fail("safetensors", t.name, "another name", "a reserved one");
  std::optional<std::size_t> const bytes = t.shape.bytes(t.type);
  if (!bytes || *bytes != t.bytes.size()) {
    fail("safetensors", "tensor " + quoted(t.name),
         std::string(name_of(t.type)) + ' ' + to_string(t.shape),
         std::to_string(t.bytes.size()) + " bytes");
  }
}

/// In the order of the reference writer: wide elements first, so that all stay aligned; then by
/// name.
[[nodiscard]] inline std::vector<tensor_view> in_order(std::span<tensor_view const> tensors) {
  std::vector<tensor_view> order(tensors.begin(), tensors.end());
  std::sort(order.begin(), order.end(), [](tensor_view const& a, tensor_view const& b) {
    return a.type != b.type ? a.type > b.type : a.name < b.name;
  });
  std::vector<std::string_view> names;
  for (tensor_view const& t : order) {
    check_tensor(t);
    names.push_back(t.name);
  }
  std::sort(names.begin(), names.end());
  auto const twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    fail("safetensors", "names", "every name once", quoted(*twice) + " twice");
  }
  return order;
}

inline void append_metadata(std::string& header, std::span<metadata_entry const> metadata) {
  if (metadata.empty()) return;
  std::vector<metadata_entry> entries(metadata.begin(), metadata.end());
  std::sort(entries.begin(), entries.end(),
            [](metadata_entry const& a, metadata_entry const& b) { return a.key < b.key; });
  header += "\"__metadata__\":";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!is_utf8(entries[i].key) || !is_utf8(entries[i].value)) {
      fail("safetensors", "metadata " + quoted(entries[i].key), "UTF-8", "other bytes");
    }
    if (i != 0 && entries[i].key == entries[i - 1].key) {
      fail("safetensors", "metadata", "every key once", quoted(entries[i].key) + " twice");
    }
    header += i == 0 ? '{' : ',';
    append_json(header, entries[i].key);
    header += ':';
    append_json(header, entries[i].value);
  }
  header += '}';
}

inline void append_tensor(std::string& header, tensor_view const& t, std::size_t offset) {
  append_json(header, t.name);
  header.append(":{\"dtype\":\"").append(name_of(t.type)).append("\",\"shape\":[");
  for (std::size_t i = 0; i < t.shape.rank(); ++i) {
    header.append(i == 0 ? "" : ",").append(std::to_string(t.shape[i]));
  }
  header.append("],\"data_offsets\":[").append(std::to_string(offset)).append(",");
  header.append(std::to_string(offset + t.bytes.size())).append("]}");
}

}  // namespace detail

/// The bytes of a safetensors file: the same tensors and metadata, in any order, give the same
/// bytes; without metadata the same as the reference writer's.
///
/// halo::error when two names or keys are equal, a text is not UTF-8, bytes do not fit a shape, or
/// the header grows beyond what readers accept.
[[nodiscard]] inline aligned_buffer<std::byte> write_safetensors(
    std::span<tensor_view const> tensors, std::span<metadata_entry const> metadata = {}) {
  std::vector<tensor_view> const order = detail::in_order(tensors);
  std::string header = "{";
  detail::append_metadata(header, metadata);
  std::size_t size = 0;
  for (tensor_view const& t : order) {
    if (header.size() > 1) header += ',';
    detail::append_tensor(header, t, size);
    size += t.bytes.size();
  }
  header += '}';
  header.append((8 - header.size() % 8) % 8, ' ');  // keeps the data aligned
  bool const many =
      order.size() > safetensors_limits::entries || metadata.size() > safetensors_limits::entries;
  if (many || header.size() > safetensors_limits::header) {
    fail("safetensors", "header", "at most 65536 tensors, 65536 keys and 100 MB", "more");
  }
  auto bytes = make_buffer("safetensors", "the file", 8 + header.size() + size);
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::byte>(std::uint64_t{header.size()} >> (8 * i) & 0xFFU);
  }
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  std::byte* to = bytes.data() + 8 + header.size();
  for (tensor_view const& t : order) {
    if (!t.bytes.empty()) std::memcpy(to, t.bytes.data(), t.bytes.size());
    detail::little_endian({to, t.bytes.size()}, size_of(t.type));
    to += t.bytes.size();
  }
  return bytes;
}

/// Writes a safetensors file; an existing one is replaced completely or not at all.
///
/// Errors as above and as save_atomically. Takes as much memory as the file has bytes.
inline void save_safetensors(std::string const& path, std::span<tensor_view const> tensors,
                             std::span<metadata_entry const> metadata = {}) {
  auto const bytes = write_safetensors(tensors, metadata);
  save_atomically(path, bytes.span());
}

}  // namespace halo::io
