// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/safetensors_file.hpp>
#include <halo/io/tensor_view.hpp>
#include <halo/tensor/parameter_table.hpp>

// A run in a safetensors file: each parameter under its name in the network's table and with its
// shape, "optimizer.<field>" and "run.<field>" as arrays of one axis; in the metadata what they
// belong to:
//
//     format "halo adapter" or "halo parameters", version "1", network "128 > linear 64 > relu 64",
//     and for an adapter loss "cross entropy", optimizer "adam", checksum of all tensors' bytes

namespace halo::adapt::detail {

inline constexpr std::string_view checkpoint_version = "1";
inline constexpr std::string_view adapter_format = "halo adapter";
inline constexpr std::string_view parameters_format = "halo parameters";

/// A network in words: inputs, then kind and outputs of each layer.
template <class Network>
[[nodiscard]] std::string words_of() {
  std::string text = std::to_string(Network::inputs);
  for (std::size_t i = 0; i < Network::depth; ++i) {
    auto const layer = Network::layer(i);
    text.append(" > ").append(layer.kind).append(" ").append(std::to_string(layer.outputs));
  }
  return text;
}

[[nodiscard]] inline io::extents shape_of(parameter_info const& info) {
  io::extents shape;
  for (std::size_t i = 0; i < info.rank; ++i) shape.push_back(info.extents[i]);
  return shape;
}

/// Adds the tensors of a layout.
template <parameter_layout Layout>
void add_parameters(std::vector<io::tensor_view>& to, std::span<float const> theta) {
  for (parameter_info const& info : Layout::table) {
    to.push_back(
        io::as_tensor(info.name(), theta.subspan(info.offset, info.count), shape_of(info)));
  }
}

/// Compares a file with what it should hold; every complaint names the file.
class checkpoint_reader {
 public:
  explicit checkpoint_reader(io::safetensors const& file) noexcept : file_(&file) {}

  [[noreturn]] void refuse(std::string_view where, std::string_view expected,
                           std::string_view found) const {
    fail("checkpoint", file_->name() + ": " + std::string(where), expected, found);
  }

  void expect_metadata(std::string_view key, std::string_view expected) const {
    auto const found = file_->metadata(key);
    if (found != expected) {
      refuse(std::string(key), expected, found ? io::quoted(*found, 256) : "none");
    }
  }

  /// A tensor of this type and shape, all finite; how messages name it is `name`.
  [[nodiscard]] io::tensor_view const& at(std::string_view name, io::dtype type,
                                          io::extents const& shape) const {
    std::string const where = "tensor " + io::quoted(name);
    std::string const expected = std::string(io::name_of(type)) + ' ' + io::to_string(shape);
    io::tensor_view const* const t = file_->find(name);
    if (t == nullptr) refuse(where, expected, "none of that name");
    if (t->type != type || !(t->shape == shape)) {
      refuse(where, expected, std::string(io::name_of(t->type)) + ' ' + io::to_string(t->shape));
    }
    if (!t->finite()) refuse(where, "finite numbers", "NaN or infinity");
    return *t;
  }

  /// Copies the parameters of a layout.
  template <parameter_layout Layout>
  [[nodiscard]] aligned_buffer<float> parameters() const {
    aligned_buffer<float> theta(Layout::size);
    for (parameter_info const& info : Layout::table) {
      at(info.name(), io::dtype::f32, shape_of(info))
          .copy_to(theta.span().subspan(info.offset, info.count));
    }
    return theta;
  }

  /// No tensor but those of a layout and those that `known` says yes to.
  template <parameter_layout Layout, class Known>
  void expect_no_others(Known&& known) const {
    for (io::tensor_view const& t : file_->tensors()) {
      bool const ours =
          std::any_of(Layout::table.begin(), Layout::table.end(),
                      [&t](parameter_info const& info) { return info.name() == t.name; });
      if (!ours && !known(t.name)) {
        refuse("tensor " + io::quoted(t.name), "no tensor of that name", io::to_string(t.shape));
      }
    }
  }

 private:
  io::safetensors const* file_;
};

/// The name of a field in a file.
[[nodiscard]] inline std::string field_name(std::string_view group, std::string_view name) {
  return std::string(group).append(".").append(name);
}

/// FNV-1a over the bytes of all tensors, as 16 hexadecimal digits; a single wrong byte always shows
/// [Fowler, Noll & Vo].
[[nodiscard]] inline std::string checksum(std::span<io::tensor_view const> sorted) {
  std::uint64_t sum = 0xCBF29CE484222325U;
  for (io::tensor_view const& t : sorted) {
    std::size_t const width = io::size_of(t.type);
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

}  // namespace halo::adapt::detail
