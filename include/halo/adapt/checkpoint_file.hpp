// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/io/checked_file.hpp>
#include <halo/io/safetensors_file.hpp>
#include <halo/io/tensor_view.hpp>

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

/// A network in words: inputs, then kind and outputs of each layer; ">>" leads to a layer in a
/// layer.
template <class Network>
[[nodiscard]] std::string words_of() {
  std::string text = std::to_string(Network::inputs);
  for (std::size_t i = 0; i < Network::all_layers; ++i) {
    auto const layer = Network::layer(i);
    text.append(" ")
        .append(layer.path.depth, '>')
        .append(" ")
        .append(layer.kind)
        .append(" ")
        .append(std::to_string(layer.outputs));
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

/// Compares a checkpoint with what it should hold.
class checkpoint_reader : public io::checked_file {
 public:
  explicit checkpoint_reader(io::safetensors const& file) noexcept
      : checked_file("checkpoint", file) {}

  /// Copies the parameters of a network and its statistics behind them.
  template <class Network>
  [[nodiscard]] aligned_buffer<float> parameters() const {
    aligned_buffer<float> theta(Network::parameters + Network::statistics);
    copy<typename Network::layout>(theta.span().first(Network::parameters));
    copy<typename Network::statistics_layout>(theta.span().subspan(Network::parameters));
    return theta;
  }

  /// No tensor but those of a network and those that `known` says yes to.
  template <class Network, class Known>
  void expect_no_others(Known&& known) const {
    checked_file::expect_no_others([&known](std::string_view name) {
      return has<typename Network::layout>(name) ||
             has<typename Network::statistics_layout>(name) || known(name);
    });
  }

 private:
  template <parameter_layout Layout>
  void copy(std::span<float> values) const {
    for (parameter_info const& info : Layout::table) {
      at(info.name(), io::dtype::f32, shape_of(info))
          .copy_to(values.subspan(info.offset, info.count));
    }
  }
  template <parameter_layout Layout>
  [[nodiscard]] static bool has(std::string_view name) {
    return std::any_of(Layout::table.begin(), Layout::table.end(),
                       [name](parameter_info const& info) { return info.name() == name; });
  }
};

/// The name of a field in a file.
[[nodiscard]] inline std::string field_name(std::string_view group, std::string_view name) {
  return std::string(group).append(".").append(name);
}

}  // namespace halo::adapt::detail
