// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include <halo/core/layer_mask.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/nn/plan.hpp>

namespace halo::nn {

/// A table of a network: layer, output size, parameters, multiply-adds and activation bytes.
///
/// Layers that a layer is made of stand below it, which itself counts nothing of theirs.
/// Activations are floats kept per example for the backward pass; multiply-adds are those of the
/// forward pass per example (backward: about twice as many). Allocates the string.
template <class Network>
[[nodiscard]] std::string summary() {
  std::string text;
  char line[128];
  auto const add = [&](auto... arguments) {
    std::snprintf(line, sizeof line, arguments...);
    text += line;
  };
  int widest = 12;
  for (std::size_t i = 0; i < Network::all_layers; ++i)
    widest = std::max(widest, static_cast<int>(std::string_view(Network::layer(i).kind).size()));
  int deepest = 2;  // a position is told as "3.0.12"
  for (std::size_t i = 0; i < Network::all_layers; ++i)
    deepest = std::max(deepest, static_cast<int>(2 * Network::layer(i).path.depth));
  add("%-*s %-*s %8s %12s %14s\n", deepest + 2, "#", widest, "layer", "outputs", "parameters",
      "multiply-adds");
  for (std::size_t i = 0; i < Network::all_layers; ++i) {
    layer_row const l = Network::layer(i);
    std::string place;
    for (std::size_t d = 0; d < l.path.depth; ++d) {
      if (d > 0) place += '.';
      place += std::to_string(l.path.at[d]);
    }
    add("%-*s %-*s %8zu %12zu %14zu\n", deepest + 2, place.c_str(), widest, l.kind, l.outputs,
        l.parameters, l.operations);
  }
  add("inputs %zu, outputs %zu, parameters %zu (%zu bytes)\n", Network::inputs, Network::outputs,
      Network::parameters, Network::parameters * sizeof(float));
  add("per example: forward %zu multiply-adds, step %zu, workspace %zu bytes\n",
      Network::forward_operations, Network::operations(layer_mask::all(), 1),
      Network::memory_per_row * sizeof(float));
  // many examples, that is: few lend their products less room
  constexpr std::size_t many = kernel::few_rows + 1;
  constexpr std::size_t fixed = Network::arena_size(many) - Network::memory_per_row * many;
  if (fixed > 0) add("whatever their number: workspace %zu bytes\n", fixed * sizeof(float));
  return text;
}

}  // namespace halo::nn

#include <halo/macros_back.hpp>
