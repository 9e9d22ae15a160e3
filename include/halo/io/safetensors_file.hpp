// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/tensor_view.hpp>

// safetensors: 8 bytes N, little-endian; N bytes of JSON that start with '{'; the data.
//
//     {"__metadata__":{"key":"value"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}

namespace halo::io {

/// A key and its value in the header of a file.
struct metadata_entry {
  std::string_view key;    ///< unique in its file
  std::string_view value;  ///< any UTF-8 text
};

/// What a safetensors file may hold at most, so that its header asks for little memory.
struct safetensors_limits {
  static constexpr std::size_t header = 100'000'000;  ///< bytes, as in the reference reader
  static constexpr std::size_t entries = 65'536;      ///< tensors; keys of the metadata
};

/// What whoever reads a file needs at most, so that no file asks for more memory: a network's
/// parameters have so many bytes, and metadata and table so few.
struct safetensors_bound {
  std::size_t header = safetensors_limits::header;  ///< bytes of JSON
  std::size_t data = file_limit;
};

namespace detail {
class safetensors_parser;
}

/// The tensors of a file, which this owns. May be moved: views into it stay valid.
class safetensors {
 public:
  /// All tensors, sorted by name (byte by byte).
  [[nodiscard]] std::span<tensor_view const> tensors() const noexcept { return tensors_; }

  /// The tensor of this name, nullptr if there is none.
  [[nodiscard]] tensor_view const* find(std::string_view name) const noexcept {
    auto const at = std::lower_bound(
        tensors_.begin(), tensors_.end(), name,
        [](tensor_view const& t, std::string_view wanted) { return t.name < wanted; });
    return at != tensors_.end() && at->name == name ? &*at : nullptr;
  }

  /// The tensor of this name; halo::error if there is none.
  [[nodiscard]] tensor_view const& at(std::string_view name) const {
    tensor_view const* const found = find(name);
    if (found == nullptr)
      fail("safetensors", name_, "a tensor " + quoted(name), "none of that name");
    return *found;
  }

  /// Keys and values, sorted by key.
  [[nodiscard]] std::span<metadata_entry const> metadata() const noexcept { return metadata_; }

  /// The value of this key, if it is there.
  [[nodiscard]] std::optional<std::string_view> metadata(std::string_view key) const noexcept {
    for (metadata_entry const& entry : metadata_) {
      if (entry.key == key) return entry.value;
    }
    return std::nullopt;
  }

  /// The name that was given when it was read: its path.
  [[nodiscard]] std::string const& name() const noexcept { return name_; }

 private:
  friend class detail::safetensors_parser;
  std::string name_;
  aligned_buffer<std::byte> header_;
  aligned_buffer<std::byte> data_;
  std::vector<tensor_view> tensors_;
  std::vector<metadata_entry> metadata_;
};

}  // namespace halo::io
