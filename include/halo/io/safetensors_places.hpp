// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/tensor_view.hpp>

namespace halo::io::detail {

/// Where the tensors of a safetensors file lie in its data: every byte belongs to exactly one.
///
/// Every violation is a halo::error "safetensors: file: tensor 'name': expected e, found f".
class safetensors_places {
 public:
  /// @param file  stands in messages
  explicit safetensors_places(std::string_view file) noexcept : file_(file) {}

  /// The data has so many bytes.
  void expect(std::size_t size) noexcept { size_ = size; }
  /// How many tensors there are so far.
  [[nodiscard]] std::size_t count() const noexcept { return places_.size(); }

  /// A tensor that claims the bytes from begin up to end: as many as it needs. Whether they are
  /// there is seen once all are known, by sorted().
  void add(std::string_view name, dtype type, extents const& shape, std::uint64_t begin,
           std::uint64_t end) {
    std::string const where = "tensor " + quoted(name);
    std::string const range = std::to_string(begin) + " to " + std::to_string(end);
    if (begin > end || end > std::numeric_limits<std::size_t>::max())
      refuse(where, "offsets in ascending order", range);
    std::optional<std::size_t> const bytes = shape.bytes(type);
    if (!bytes || *bytes != end - begin) {
      refuse(where,
             (bytes ? std::to_string(*bytes) : "far too many") + " bytes for " +
                 std::string(name_of(type)) + ' ' + to_string(shape),
             range);
    }
    places_.push_back({{name, type, shape, {}}, static_cast<std::size_t>(begin), *bytes});
  }

  /// All are there: no byte is left over or claimed twice, no two names are the same.
  /// @return the tensors by name, without their bytes
  [[nodiscard]] std::vector<tensor_view> sorted() {
    check_coverage();
    std::sort(places_.begin(), places_.end(),
              [](place const& a, place const& b) { return a.tensor.name < b.tensor.name; });
    std::vector<tensor_view> tensors;
    tensors.reserve(places_.size());
    for (place const& p : places_) {
      if (!tensors.empty() && tensors.back().name == p.tensor.name) {
        refuse("header", "every name once", quoted(p.tensor.name) + " twice");
      }
      tensors.push_back(p.tensor);
    }
    return tensors;
  }

  /// Where the data of a sorted tensor begins.
  [[nodiscard]] std::size_t begin_of(std::size_t tensor) const noexcept {
    return places_[tensor].begin;
  }

  /// The data is there: shows the sorted tensors theirs, in the byte order of this machine.
  void fill(std::span<tensor_view> tensors, std::span<std::byte> data) const noexcept {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      auto const bytes = data.subspan(places_[i].begin, places_[i].size);
      little_endian(bytes, size_of(tensors[i].type));
      tensors[i].bytes = bytes;
    }
  }

 private:
  struct place {
    tensor_view tensor;
    std::size_t begin;
    std::size_t size;
  };

  [[noreturn]] void refuse(std::string_view where, std::string_view expected,
                           std::string_view found) const {
    fail("safetensors", std::string(file_) + ": " + std::string(where), expected, found);
  }

  void check_coverage() {
    std::sort(places_.begin(), places_.end(), [](place const& a, place const& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.size < b.size;
    });
    std::size_t covered = 0;
    for (place const& p : places_) {
      if (p.begin != covered) {
        refuse("tensor " + quoted(p.tensor.name), "data from offset " + std::to_string(covered),
               std::to_string(p.begin) + (p.begin < covered ? ", an overlap" : ", a hole"));
      }
      covered += p.size;
    }
    if (covered != size_) {
      refuse("data", std::to_string(covered) + " bytes",
             std::to_string(size_) + (covered > size_ ? ": the file is cut" : ""));
    }
  }

  std::string_view file_;
  std::size_t size_ = 0;
  std::vector<place> places_;
};

}  // namespace halo::io::detail

#include <halo/macros_back.hpp>
