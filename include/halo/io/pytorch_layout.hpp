// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/record.hpp>
#include <halo/io/identity.hpp>
#include <halo/io/tensor_view.hpp>

// What comes into each layer of a network, where PyTorch has channels first and halo has them last.

namespace halo::io::detail {

/// What comes into a layer.
struct incoming {
  extents shape;               ///< of an example, channels last
  bool channels_first = true;  ///< whether PyTorch has the channels first: not behind an LSTM
  extents image{};             ///< where it is a flattened image: that one's shape
};

/// A layer of a network as its description tells it (nn/describe.hpp).
struct described {
  std::string place;  ///< "3.1", as in the names of its tensors
  std::string kind;
  extents output;
  incoming in{};
};

/// The extents in "28x28x1".
[[nodiscard]] inline extents read_extents(std::string_view text) {
  extents shape;
  for (std::size_t value = 0, i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != 'x') {
      value = 10 * value + static_cast<std::size_t>(text[i] - '0');
    } else if (!text.empty()) {
      shape.push_back(value);
      value = 0;
    }
  }
  return shape;
}

[[nodiscard]] inline std::size_t size_of(extents const& shape) noexcept {
  std::size_t size = 1;
  for (std::size_t const n : shape) size *= n;
  return size;
}

/// Follows an example through the layers of a network.
class layer_walk {
 public:
  /// @param weighs  whether the layer at a place has a weight
  /// @throws halo::error for a sum of a flattened image and what a linear layer made of it
  template <class Network, class Weighs>
  [[nodiscard]] static std::vector<described> through(Weighs const& weighs) {
    layer_walk all;
    walk_type<Network>([&all]<class T>(field_path const& path, recorded_field<T> const& field) {
      if constexpr (recorded_field<T>::is_text)
        all.hear(to_string(path), {field.values.data(), field.values.size()});
    });
    static_cast<void>(all.run("", {all.input_}, weighs));
    return std::move(all.layers_);
  }

 private:
  /// Keeps kind and output of whatever stands at numbers only: a layer.
  void hear(std::string const& path, std::string_view text) {
    if (path == "input") input_ = read_extents(text);
    std::size_t const dot = path.rfind('.');
    if (dot == std::string::npos) return;
    std::string const place = path.substr(0, dot), what = path.substr(dot + 1);
    if (place.find_first_not_of("0123456789.") != std::string::npos) return;
    if (what == "kind") {  // a quantised layer is, to PyTorch, the one that it goes around
      constexpr std::string_view around = "quantised ";
      if (text.starts_with(around)) text.remove_prefix(around.size());
      layers_.push_back({place, std::string(text), {}});
    }
    if (what == "output" && !layers_.empty() && layers_.back().place == place)
      layers_.back().output = read_extents(text);
  }

  /// The layers directly inside of a place, one behind the other.
  template <class Weighs>
  incoming run(std::string const& inside, incoming const& first, Weighs const& weighs) {
    incoming now = first;
    for (std::size_t at = 0; at < layers_.size(); ++at) {
      described& layer = layers_[at];
      std::string_view rest = layer.place;
      if (!rest.starts_with(inside)) continue;
      rest.remove_prefix(inside.size());
      if (rest.empty() || rest.find('.') != std::string_view::npos) continue;
      layer.in = now;
      bool const whole = std::any_of(layers_.begin(), layers_.end(), [&](described const& other) {
        return other.place.starts_with(layer.place + '.');
      });
      incoming const behind =
          whole ? run(layer.place + '.', now, weighs) : through(layer, weighs(layer.place));
      bool const projects = layers_[std::min(layers_.size() - 1, at + 1)].kind == "projection";
      if (layer.kind == "residual" && !projects && now.image.rank() > 0 &&
          !(behind.image == now.image)) {
        fail("load_pytorch", "layer " + layer.place,
             "a linear layer between a flattened image and a residual without projection", "none");
      }
      now = layer.kind == "projection" ? first : behind;  // a shortcut: the next sees what it saw
    }
    return now;
  }

  /// What comes out of a layer.
  [[nodiscard]] static incoming through(described const& layer, bool weight) {
    incoming out = layer.in;
    out.shape = layer.output;
    std::string_view const kind = layer.kind;
    bool const recurrent = kind == "lstm" || kind == "gru";
    if (recurrent) out.channels_first = false;
    if (kind.starts_with("conv") || kind.ends_with("pool")) out.channels_first = true;
    if (layer.in.shape.rank() > 1 && out.shape.rank() == 1 &&
        size_of(layer.in.shape) == size_of(out.shape) && !weight) {
      if (layer.in.channels_first) out.image = layer.in.shape;
    } else if (weight || !(layer.in.shape == out.shape)) {
      out.image = {};
    }
    return out;
  }

  std::vector<described> layers_;
  extents input_;
};

}  // namespace halo::io::detail

#include <halo/macros_back.hpp>
