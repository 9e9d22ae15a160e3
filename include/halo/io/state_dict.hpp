// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/state_name.hpp>
#include <halo/io/tensor_view.hpp>

// The tensors of a PyTorch module in the order of a network's layers. A safetensors file sorts them
// by name: "10.weight" before "2.bias" before "2.weight".

namespace halo::io {

namespace detail {

/// The tensors of one layer, neighbours in a state_dict.
using state_layer = std::span<tensor_view const* const>;

[[nodiscard]] inline std::vector<state_layer> layers_of(
    std::span<tensor_view const* const> sorted) {
  std::vector<state_layer> layers;
  for (std::size_t i = 0, first = 0; i < sorted.size(); ++i) {
    bool const last = i + 1 == sorted.size() ||
                      !state_name(sorted[i]->name).same_layer(state_name(sorted[i + 1]->name));
    if (last) layers.push_back(sorted.subspan(first, i + 1 - first));
    if (last) first = i + 1;
  }
  return layers;
}

/// " ('0.weight', '0.bias' ...)", for messages about how many there are.
[[nodiscard]] inline std::string first_names(std::span<tensor_view const* const> tensors) {
  constexpr std::size_t most = 8;
  std::string text;
  for (tensor_view const* const t : tensors.first(std::min(most, tensors.size())))
    text += (text.empty() ? " (" : ", ") + quoted(t->name, 48);
  if (tensors.size() > most) text += " ...";
  return text.empty() ? text : text + ')';
}

/// Whether two layers would fit the same one of a network: they have the same shapes; where a bias
/// or a gain may be absent, what both have has.
[[nodiscard]] inline bool are_alike(state_layer a, state_layer b, bool whole) {
  if (whole)
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](auto const* x, auto const* y) { return x->shape == y->shape; });
  auto const moments = [](state_layer layer) { return state_name(layer.back()->name).rank == 5; };
  if (moments(a) != moments(b)) return false;
  bool common = false;
  for (tensor_view const* const x : a) {
    for (tensor_view const* const y : b) {
      if (state_name(x->name).rank != state_name(y->name).rank) continue;
      if (!(x->shape == y->shape)) return false;
      common = true;
    }
  }
  return common;
}

/// Refuses two layers of the same shapes where no number in their names says which is first.
inline void check_order(std::span<state_layer const> layers, bool whole, std::string const& file) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    for (std::size_t j = i + 1; j < layers.size(); ++j) {
      auto const a = layers[i], b = layers[j];
      if (name_order().compare(a[0]->name, b[0]->name).by_number || !are_alike(a, b, whole))
        continue;
      fail("load_pytorch",
           file + ": tensors " + quoted(a[0]->name, 96) + " and " + quoted(b[0]->name, 96),
           "numbers in their names that say which is first, or a list of names",
           "two layers of the same shapes");
    }
  }
}

/// The tensors of a layer for those that are wanted, null for one that may be absent and is; none
/// where they do not fit.
///
/// @param whole  nothing is absent: names do not matter
[[nodiscard]] inline std::vector<tensor_view const*> fitted(state_layer layer,
                                                            std::span<wanted_tensor const> wanted,
                                                            bool whole) {
  std::vector<tensor_view const*> found;
  bool const known = !whole && std::all_of(layer.begin(), layer.end(), [](tensor_view const* t) {
    return state_name(t->name).rank < state_name::unknown;
  });
  std::size_t at = 0;
  for (wanted_tensor const& w : wanted) {
    bool const here = at < layer.size() && layer[at]->shape == w.shape &&
                      (!known || state_name(layer[at]->name).rank == w.rank);
    if (!here && !(w.optional && known)) return {};
    found.push_back(here ? layer[at++] : nullptr);
  }
  if (at != layer.size()) found.clear();
  return found;
}

}  // namespace detail

/// The tensors of a state_dict, one for each that the layers of a network need and null where a
/// layer has no bias or gain there.
///
/// Their order is by module, numbers in names by value, and in a module weight, bias, running_mean,
/// running_var: that of an nn.Sequential. Modules whose names differ in words ("bn1", "conv1") go
/// where their shapes fit; where two of these have the same shapes it would be a guess, and `order`
/// lists the words, as they come where they stand beside each other ("stem", "layer", "fc": layer1
/// and layer2 in the place of "layer"). Tensors under other words are left out then.
///
/// num_batches_tracked is left out always.
/// @param tensors  of the file: names and shapes
/// @throws halo::error for another number of tensors, a word of the list that no name has, a guess;
/// tensors that do not fit are returned as they come, so that whoever reads them can say so
[[nodiscard]] inline std::vector<tensor_view const*> state_dict(
    std::span<tensor_view const> tensors, std::string const& file,
    std::span<std::vector<detail::wanted_tensor> const> layers,
    std::span<std::string_view const> order = {}) {
  std::vector<tensor_view const*> sorted;
  detail::name_order const by_name(order);
  for (tensor_view const& t : tensors)
    if (detail::state_name(t.name).leaf != "num_batches_tracked" && by_name.has(t.name))
      sorted.push_back(&t);
  for (std::string_view const word : order) {
    if (std::none_of(sorted.begin(), sorted.end(),
                     [&](auto const* t) { return by_name.is_word_of(word, t->name); }))
      fail("load_pytorch", file, "tensors of the list's " + quoted(word, 96), "none");
  }
  std::size_t most = 0;
  for (auto const& layer : layers) most += layer.size();
  auto const count = [&] {
    fail("load_pytorch", file, std::to_string(most) + " tensors for this network",
         std::to_string(sorted.size()) + detail::first_names(sorted));
  };
  bool const whole = sorted.size() == most;
  std::sort(sorted.begin(), sorted.end(), [&](tensor_view const* a, tensor_view const* b) {
    return by_name.compare(a->name, b->name).order < 0;
  });
  if (sorted.size() > most) count();
  std::vector<detail::state_layer> parts = detail::layers_of(sorted);
  if (order.empty()) detail::check_order(parts, whole, file);

  std::vector<tensor_view const*> found;
  for (auto const& wanted : layers) {
    auto at = parts.begin();
    std::vector<tensor_view const*> some;
    for (; at != parts.end() && some.empty(); ++at) {
      bool const late = at != parts.begin() && !order.empty();  // the list says which is first
      if (!late && std::none_of(parts.begin(), at, [&](detail::state_layer before) {
            return by_name.compare(before[0]->name, (*at)[0]->name).by_number;
          }))
        some = detail::fitted(*at, wanted, whole);
    }
    if (some.empty()) break;
    found.insert(found.end(), some.begin(), some.end());
    parts.erase(at - 1);
  }
  if (!parts.empty() || found.size() < most) {  // the rest as it is
    for (detail::state_layer const layer : parts)
      found.insert(found.end(), layer.begin(), layer.end());
    if (found.size() != most) count();
  }
  return found;
}

}  // namespace halo::io

#include <halo/macros_back.hpp>
