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

/// A tensor of a network and what it is made of.
struct pytorch_piece {
  parameter_info const* info;
  turned how;
  bool moment = false;                    ///< a running statistic
  bool two_biases = false;                ///< of a recurrent layer: they are added
  parameter_info const* inner = nullptr;  ///< but for the end of the second, which goes here
};

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
  void take(pytorch_piece const& piece, std::span<float> theta, std::span<float> running) {
    parameter_info const& info = *piece.info;
    std::vector<float> const x = next(info.name(), piece.how.shape);
    auto const to = (piece.moment ? running : theta).subspan(info.offset, info.count);
    piece.how.copy(x, to);
    if (piece.moment && info.role == parameter_role::gain &&
        *std::min_element(to.begin(), to.end()) < 0)
      fail("load_pytorch", file_ + ": " + std::string(info.name()), "variances of at least 0",
           "a negative one");
    if (!piece.two_biases) return;
    std::vector<float> const h = next(info.name(), piece.how.shape);
    std::size_t const apart = piece.inner == nullptr ? 0 : piece.inner->count;
    for (std::size_t i = 0; i < info.count - apart; ++i) to[i] += h[i];
    if (apart > 0)
      std::copy_n(h.end() - static_cast<std::ptrdiff_t>(apart), apart,
                  theta.data() + piece.inner->offset);
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
/// Tensors go to layers in the order of state_dict(): shapes must fit, names need not. Linear and
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
  std::vector<detail::pytorch_piece> pieces;
  std::vector<std::vector<extents>> shapes;  // of what each layer needs
  for (std::size_t i = 0; i < layout::tensors; ++i) {
    parameter_info const& info = layout::table[i];
    detail::described const& layer = layer_of(info);
    if (i == 0 || layout::table[i - 1].layer != info.layer) shapes.emplace_back();
    detail::pytorch_piece piece{&info, {info, layer.in, weighs(layer.place)}};
    piece.two_biases =
        info.role == parameter_role::bias && (layer.kind == "lstm" || layer.kind == "gru");
    if (piece.two_biases && layer.kind == "gru") piece.inner = &layout::table[++i];
    pieces.push_back(piece);
    shapes.back().insert(shapes.back().end(), piece.two_biases ? 2 : 1, piece.how.shape);
    if (i + 1 < layout::tensors && layout::table[i + 1].layer == info.layer) continue;
    for (parameter_info const& moment : moments::table) {  // behind the last of its layer
      if (moment.layer != info.layer) continue;
      pieces.push_back({&moment, {moment, layer.in, false}, true});
      shapes.back().push_back(pieces.back().how.shape);
    }
  }

  detail::pytorch_reader tensors(state_dict(file, shapes, names), path);
  aligned_buffer<float> all(Network::parameters + Network::statistics);
  for (detail::pytorch_piece const& piece : pieces)
    tensors.take(piece, all.span().first(Network::parameters),
                 all.span().subspan(Network::parameters));
  return all;
}

}  // namespace halo::io
