// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <halo/core/parameter_table.hpp>
#include <halo/io/pytorch_layout.hpp>
#include <halo/io/state_name.hpp>
#include <halo/io/tensor_view.hpp>
#include <halo/io/turned.hpp>

namespace halo::io::detail {

/// A tensor of PyTorch's and the one of a network that it belongs to.
struct pytorch_tensor {
  parameter_info const* info;
  turned how;
  std::string_view leaf;  ///< its name in its module
  bool moment = false;    ///< a running statistic
  bool second = false;    ///< a recurrent layer's other bias, which is added to the one before
  parameter_info const* inner = nullptr;  ///< but for the end of it, which goes here
};

/// What a layer of a network has in PyTorch, in the order in which a module there has it.
using pytorch_layer = std::vector<pytorch_tensor>;

/// The place of a tensor's layer: "3.1" of "3.1.weight".
[[nodiscard]] constexpr std::string_view place_of(parameter_info const& info) noexcept {
  return info.name().substr(0, info.name().rfind('.'));
}

/// Whether the running statistics of a network are those of norms.
template <class Statistics>
[[nodiscard]] consteval bool only_moments() {
  for (std::size_t i = 0; i != Statistics::tensors; ++i)
    if (!Statistics::table[i].name().ends_with(".mean") &&
        !Statistics::table[i].name().ends_with(".variance"))
      return false;
  return true;
}

/// Adds a tensor of a network, and in a recurrent layer its second bias.
inline void add_tensor(pytorch_layer& to, parameter_info const& info, described const& layer,
                       bool weight, parameter_info const* inner) {
  bool const recurrent = layer.kind == "lstm" || layer.kind == "gru";
  bool const bias = info.role == parameter_role::bias;
  turned const how(info, layer.in, weight);
  if (!recurrent) {
    to.push_back({&info, how, bias ? "bias" : "weight"});
  } else if (!bias) {
    to.push_back({&info, how, to.empty() ? "weight_ih_l0" : "weight_hh_l0"});
  } else {
    to.push_back({&info, how, "bias_ih_l0"});
    to.push_back({&info, how, "bias_hh_l0", false, true, inner});
  }
}

/// What PyTorch has of a network, layer by layer.
///
/// @throws halo::error where layers cannot be followed (layer_walk)
template <class Network>
[[nodiscard]] std::vector<pytorch_layer> pytorch_layers() {
  using layout = typename Network::layout;
  using moments = typename Network::statistics_layout;
  static_assert(only_moments<moments>(),
                "halo: load_pytorch: load the float network and carry it over (adapt::carry): "
                "PyTorch has no ranges of quantised layers");
  auto const weighs = [](std::string_view place) {
    return std::any_of(layout::table.begin(), layout::table.end(), [place](auto const& info) {
      return info.role == parameter_role::weight && place_of(info) == place;
    });
  };
  std::vector<described> const walked = layer_walk::through<Network>(weighs);
  std::vector<pytorch_layer> layers(layout::layers);
  for (std::size_t i = 0; i < layout::tensors; ++i) {
    parameter_info const& info = layout::table[i];
    described const& layer = *std::find_if(
        walked.begin(), walked.end(), [&](auto const& l) { return l.place == place_of(info); });
    bool const gru_bias = layer.kind == "gru" && info.role == parameter_role::bias;
    if (gru_bias) ++i;  // its inner one goes along
    add_tensor(layers[info.layer], info, layer, weighs(layer.place),
               gru_bias ? &layout::table[i] : nullptr);
  }
  for (parameter_info const& info : moments::table) {
    described const& layer = *std::find_if(
        walked.begin(), walked.end(), [&](auto const& l) { return l.place == place_of(info); });
    layers[info.layer].push_back(
        {&info, turned(info, layer.in, false),
         info.role == parameter_role::gain ? "running_var" : "running_mean", true});
  }
  return layers;
}

/// What has to be found in a file for these.
[[nodiscard]] inline std::vector<std::vector<wanted_tensor>> wanted_by(
    std::vector<pytorch_layer> const& layers) {
  std::vector<std::vector<wanted_tensor>> all;
  for (pytorch_layer const& layer : layers) {
    all.emplace_back();
    for (pytorch_tensor const& t : layer)
      all.back().push_back({t.how.shape(), state_name(t.leaf).rank,
                            !t.moment && t.info->role != parameter_role::weight});
  }
  return all;
}

}  // namespace halo::io::detail
