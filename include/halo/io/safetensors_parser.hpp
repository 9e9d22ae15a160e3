// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/io/json.hpp>
#include <halo/io/kind.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/safetensors_file.hpp>
#include <halo/io/safetensors_places.hpp>
#include <halo/io/tensor_view.hpp>

namespace halo::io {

namespace detail {

/// Turns the parts of a file into a safetensors, the header before there is memory for the data;
/// use parse_safetensors and load_safetensors.
///
/// Every number of the file is checked against the size of the file before it is used. Memory: the
/// bytes themselves, and some 150 bytes for each tensor and key, of which there are at most 65536.
/// Time: linear, but for sorting the names.
class safetensors_parser {
 public:
  explicit safetensors_parser(std::string_view name) : places_(name) { file_.name_ = name; }

  /// Bytes of the header, from the first eight of a file of `size`.
  [[nodiscard]] std::size_t length(std::span<std::byte const> first, std::size_t size,
                                   safetensors_bound const& bound) const {
    if (size < 10)
      refuse("byte 0", "8 bytes of length and a header", std::to_string(size) + " bytes");
    std::uint64_t length = 0;
    for (std::size_t i = 8; i-- > 0;)
      length = length << 8U | std::to_integer<std::uint64_t>(first[i]);
    std::size_t const most = std::min(bound.header, size - 8);
    if (length > most) {
      std::string_view const other = kind_of(first);
      bool const ours = other.empty() || other == "safetensors";
      if (ours && length <= std::min(bound.header, safetensors_limits::header))
        refuse("header", std::to_string(length) + " bytes",
               std::to_string(size - 8) + ": the file is cut");
      auto const printable = [](char c) {
        return (c >= ' ' && c <= '~') || (c >= '\t' && c <= '\r');
      };
      std::string_view const begin = as_text(first).substr(0, 8);
      if (ours && std::all_of(begin.begin(), begin.end(), printable))
        refuse("byte 0", "the length of a header", "text: " + quoted(begin));
      refuse("byte 0", "a header of at most " + std::to_string(most) + " bytes",
             ours ? std::to_string(length) : std::string(other));
    }
    std::size_t const data = size - 8 - static_cast<std::size_t>(length);
    if (data > bound.data) {
      refuse("data", "at most " + std::to_string(bound.data) + " bytes", std::to_string(data));
    }
    return static_cast<std::size_t>(length);
  }

  /// Reads the header of a file with so many bytes of data: all but the bytes of the tensors.
  [[nodiscard]] safetensors const& read_header(aligned_buffer<std::byte> header, std::size_t data) {
    file_.header_ = std::move(header);
    places_.expect(data);
    std::span<std::byte> const text = file_.header_.span();
    if (text.empty() || text[0] != std::byte{'{'}) refuse("byte 8", "'{'", "another character");
    json_scanner in({reinterpret_cast<char*>(text.data()), text.size()}, "safetensors", file_.name_,
                    8);
    with_memory(
        "safetensors", file_.name_, text.size(),
        [&] {
          read_entries(in);
          file_.tensors_ = places_.sorted();
          sort_keys();
        },
        " bytes of header");
    return file_;
  }

  /// What the header said, and where in the data one of its tensors begins.
  [[nodiscard]] safetensors const& described() const noexcept { return file_; }
  [[nodiscard]] std::size_t begin_of(std::size_t tensor) const noexcept {
    return places_.begin_of(tensor);
  }

  /// The file, with its data.
  [[nodiscard]] safetensors finish(aligned_buffer<std::byte> data) && {
    file_.data_ = std::move(data);
    places_.fill(file_.tensors_, file_.data_.span());
    return std::move(file_);
  }

 private:
  [[noreturn]] void refuse(std::string_view where, std::string_view expected,
                           std::string_view found) const {
    fail("safetensors", file_.name_ + ": " + std::string(where), expected, found);
  }

  void read_entries(json_scanner& in) {
    in.expect('{');
    for (bool more = !in.take('}'); more; more = next(in, '}')) {
      std::string_view const key = in.string();
      in.expect(':');
      if (key != "__metadata__") {
        if (places_.count() == safetensors_limits::entries)
          in.fail_token("at most 65536 tensors", "more");
        read_tensor(in, key);
      } else if (std::exchange(has_metadata_, true)) {
        in.fail_token("one __metadata__", "another");
      } else {
        read_metadata(in);
      }
    }
    if (!in.at_end()) in.fail_here("the end of the header");
  }

  /// Behind a member: true if another one follows, false if the closing bracket was there.
  [[nodiscard]] static bool next(json_scanner& in, char closing) {
    if (in.take(',')) return true;
    if (!in.take(closing)) in.fail_here(std::string("',' or '") + closing + "'");
    return false;
  }

  void read_metadata(json_scanner& in) {
    in.expect('{');
    for (bool more = !in.take('}'); more; more = next(in, '}')) {
      if (file_.metadata_.size() == safetensors_limits::entries) in.fail_here("at most 65536 keys");
      std::string_view const key = in.string();
      in.expect(':');
      file_.metadata_.push_back({key, in.string()});
    }
  }

  void read_tensor(json_scanner& in, std::string_view name) {
    std::optional<dtype> type;
    std::optional<extents> shape;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> offsets;
    in.expect('{');
    for (bool more = !in.take('}'); more; more = next(in, '}')) {
      std::string_view const key = in.string();
      in.expect(':');
      if (key == "dtype" && !type) {
        type = read_type(in);
      } else if (key == "shape" && !shape) {
        shape = read_shape(in);
      } else if (key == "data_offsets" && !offsets) {
        in.expect('[');
        std::uint64_t const begin = in.integer();
        in.expect(',');
        offsets.emplace(begin, in.integer());
        in.expect(']');
      } else {
        in.fail_token("dtype, shape and data_offsets, each once", quoted(key));
      }
    }
    if (!type || !shape || !offsets) {
      refuse("tensor " + quoted(name), "dtype, shape and data_offsets", "fewer");
    }
    places_.add(name, *type, *shape, offsets->first, offsets->second);
  }

  [[nodiscard]] static dtype read_type(json_scanner& in) {
    std::string_view const text = in.string();
    auto const at = std::find(dtype_names.begin(), dtype_names.end(), text);
    if (at == dtype_names.end()) {
      in.fail_token("a dtype such as F32", quoted(text));
    }
    return static_cast<dtype>(at - dtype_names.begin());
  }

  [[nodiscard]] static extents read_shape(json_scanner& in) {
    extents shape;
    in.expect('[');
    for (bool more = !in.take(']'); more; more = next(in, ']')) {
      if (shape.rank() == extents::most) in.fail_here("at most 8 extents");
      shape.push_back(in.extent());
    }
    return shape;
  }

  void sort_keys() {
    auto& metadata = file_.metadata_;
    std::sort(metadata.begin(), metadata.end(),
              [](metadata_entry const& a, metadata_entry const& b) { return a.key < b.key; });
    for (std::size_t i = 1; i < metadata.size(); ++i) {
      if (metadata[i - 1].key == metadata[i].key) {
        refuse("__metadata__", "every key once", quoted(metadata[i].key) + " twice");
      }
    }
  }

  safetensors file_;
  safetensors_places places_;
  bool has_metadata_ = false;
};

}  // namespace detail

/// Reads the bytes of a safetensors file; they are copied. `name` stands in messages.
///
/// halo::error: a length or header that does not fit, JSON beyond what the format needs, duplicate
/// names or keys, unknown fields, more than 8 axes, products that overflow, data with holes,
/// overlaps or unused bytes.
[[nodiscard]] inline safetensors parse_safetensors(std::span<std::byte const> bytes,
                                                   std::string_view name) {
  return with_memory("safetensors", name, [&] {
    detail::safetensors_parser parser(name);
    std::size_t const length = parser.length(bytes, bytes.size(), {});
    auto header = make_buffer("safetensors", name, length);
    std::copy_n(bytes.begin() + 8, length, header.begin());
    auto const rest = bytes.subspan(8 + length);
    static_cast<void>(parser.read_header(std::move(header), rest.size()));
    auto data = make_buffer("safetensors", name, rest.size());
    std::copy(rest.begin(), rest.end(), data.begin());
    return std::move(parser).finish(std::move(data));
  });
}

}  // namespace halo::io

#include <halo/macros_back.hpp>
