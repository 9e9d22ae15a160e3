// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/io/json.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/safetensors_file.hpp>
#include <halo/io/tensor_view.hpp>

namespace halo::io {

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

}  // namespace halo::io
