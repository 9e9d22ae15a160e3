// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/io/pytorch_layout.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/safetensors.hpp>
#include <halo/io/state_dict.hpp>
#include <halo/io/tensor_view.hpp>

namespace halo::io {

namespace detail {

/// Gives the tensors of a state_dict, one by one, to those of a network.
class pytorch_reader {
 public:
  pytorch_reader(std::vector<tensor_view> tensors, std::string file)
      : tensors_(std::move(tensors)), file_(std::move(file)) {}

  /// The next tensor, for the one that halo calls `name`.
  [[nodiscard]] std::vector<float> next(std::string_view name, extents const& shape) {
    tensor_view const& t = tensors_[at_++];
    if (!(t.shape == shape)) {
      fail("load_pytorch", file_ + ": tensor " + quoted(t.name, 96),
           to_string(shape) + ", as " + std::string(name) +
               " needs it here (a list of names says another order)",
           to_string(t.shape));
    }
    return to_floats(t, file_);
  }
  /// The next tensor, turned.
  void take(parameter_info const& info, turned const& how, std::span<float> all) {
    how.copy(next(info.name(), how.shape), all.subspan(info.offset, info.count));
  }
  /// The two biases of a recurrent layer, added; but for what halo has apart, which `inner` gets.
  void take_biases(parameter_info const& info, std::span<float> inner, std::span<float> all) {
    std::vector<float> const x = next(info.name(), {info.count}),
                             h = next(info.name(), {info.count});
    std::size_t const together = info.count - inner.size();
    for (std::size_t i = 0; i < info.count; ++i)
      all[info.offset + i] = x[i] + (i < together ? h[i] : 0);
    std::copy(h.begin() + static_cast<std::ptrdiff_t>(together), h.end(), inner.begin());
  }

 private:
  std::vector<tensor_view> tensors_;
  std::string file_;
  std::size_t at_ = 0;
};

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

}  // namespace detail

/// The parameters of a network that PyTorch trained, and its running statistics behind them, in
/// halo's order: what assign of an adapter or a predictor takes. The file is a state_dict, as
/// safetensors.torch.save_file writes it.
///
///     auto const values = io::load_pytorch<network>("model.safetensors");
///     adapt::predictor<network> const p(values.span());
///
/// Tensors go to layers in the order of state_dict(); shapes must fit, names need not. Linear and
/// convolutional weights are turned; where a layer comes behind a flattened image or sequence,
/// channels go from first to last, not where a recurrent layer made it (batch_first). An LSTM's two
/// biases are added, a GRU's for r and z. A reshape is taken to mean there what it means here.
/// PyTorch's layers have a bias where halo's have one. Epsilon, padding and activations are in no
/// file: they are what the network's type says.
///
/// @param names  the tensors of the file, in the order of the network's layers (in a residual the
///               projection first); needed where names do not tell the order
/// @throws halo::error as load_safetensors, state_dict and to_floats, for a tensor of another
/// shape, a negative variance, a file that does not come from PyTorch
template <class Network>
[[nodiscard]] aligned_buffer<float> load_pytorch(std::string const& path,
                                                 std::span<std::string_view const> names = {}) {
  using layout = typename Network::layout;
  using moments = typename Network::statistics_layout;
  static_assert(detail::only_moments<moments>(),
                "halo: load_pytorch: load the float network and carry it over (adapt::carry): "
                "PyTorch has no ranges of quantised layers");
  safetensors const file = load_safetensors(path);
  auto const format = file.metadata("format");
  if ((format && format != "pt") || file.metadata("layout") == "halo") {
    fail("load_pytorch", path + ": format", "'pt', whose layers lie as PyTorch's do",
         format && format != "pt" ? quoted(*format) : "\"layout\": \"halo\"");
  }
  auto const weighs = [](std::string_view place) {
    return std::any_of(layout::table.begin(), layout::table.end(), [place](auto const& info) {
      return info.role == parameter_role::weight && detail::place_of(info) == place;
    });
  };
  auto const layers = detail::layer_walk::through<Network>(weighs);
  auto const layer_of = [&layers](parameter_info const& info) -> detail::described const& {
    return *std::find_if(layers.begin(), layers.end(),
                         [&](auto const& l) { return l.place == detail::place_of(info); });
  };
  auto const recurrent = [&](parameter_info const& info) {
    std::string const& kind = layer_of(info).kind;
    return kind == "lstm" || kind == "gru";
  };
  std::size_t count = layout::tensors + moments::tensors;
  for (parameter_info const& info : layout::table)  // of two biases, an LSTM's are one here
    count += info.role == parameter_role::bias && layer_of(info).kind == "lstm" ? 1U : 0U;

  detail::pytorch_reader tensors(state_dict(file, count, names), path);
  aligned_buffer<float> all(Network::parameters + Network::statistics);
  auto const theta = all.span().first(Network::parameters);
  auto const running = all.span().subspan(Network::parameters);
  for (std::size_t i = 0; i < layout::tensors; ++i) {
    parameter_info const& info = layout::table[i];
    detail::described const& layer = layer_of(info);
    if (recurrent(info) && info.role == parameter_role::bias) {
      std::span<float> inner;
      if (layer.kind == "gru") {
        parameter_info const& apart = layout::table[++i];
        inner = theta.subspan(apart.offset, apart.count);
      }
      tensors.take_biases(info, inner, theta);
    } else {
      tensors.take(info, {info, layer.in, weighs(layer.place)}, theta);
    }
    if (i + 1 < layout::tensors && layout::table[i + 1].layer == info.layer) continue;
    for (parameter_info const& moment : moments::table) {  // behind the last of its layer
      if (moment.layer != info.layer) continue;
      tensors.take(moment, {moment, layer.in, false}, running);
      auto const values = running.subspan(moment.offset, moment.count);
      if (moment.role == parameter_role::gain &&
          *std::min_element(values.begin(), values.end()) < 0)
        fail("load_pytorch", path + ": " + std::string(moment.name()), "variances of at least 0",
             "a negative one");
    }
  }
  return all;
}

}  // namespace halo::io
