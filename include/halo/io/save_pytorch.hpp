// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/io/floats.hpp>
#include <halo/io/pytorch.hpp>
#include <halo/io/pytorch_plan.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/safetensors.hpp>
#include <halo/io/state_dict.hpp>
#include <halo/io/tensor_source.hpp>
#include <halo/io/tensor_view.hpp>

namespace halo::io {

namespace detail {

/// Turns the tensors of a network into PyTorch's, and keeps them until they are written.
class pytorch_writer {
 public:
  pytorch_writer(std::span<float const> parameters, std::span<float const> statistics)
      : parameters_(parameters), statistics_(statistics) {}

  /// A tensor under a name of its own.
  void add(std::string name, pytorch_tensor const& t) {
    names_.push_back(std::move(name));
    numbers_.push_back(numbers_of(t));
    std::size_t const bad = first_not_finite(numbers_.back());
    if (bad < numbers_.back().size())
      fail("save_pytorch",
           "tensor " + quoted(names_.back(), 96) + ", element " + std::to_string(bad),
           "a finite number", "another");
    keep(as_tensor(names_.back(), std::span<float const>(numbers_.back()), t.how.shape()));
  }
  /// A tensor as it is, which must outlive this.
  void keep(tensor_view const& t) { tensors_.push_back(t); }

  [[nodiscard]] std::span<tensor_view const> tensors() const noexcept { return tensors_; }

 private:
  [[nodiscard]] std::vector<float> numbers_of(pytorch_tensor const& t) const {
    std::vector<float> numbers(t.info->count);
    if (!t.second) {
      t.how.get((t.moment ? statistics_ : parameters_).subspan(t.info->offset, t.info->count),
                numbers);
    } else if (t.inner != nullptr) {
      auto const inner = parameters_.subspan(t.inner->offset, t.inner->count);
      std::copy(inner.begin(), inner.end(),
                numbers.end() - static_cast<std::ptrdiff_t>(inner.size()));
    }
    return numbers;
  }

  std::span<float const> parameters_, statistics_;
  std::deque<std::string> names_;
  std::vector<std::vector<float>> numbers_;
  std::vector<tensor_view> tensors_;
};

template <class Network>
void expect_whole_network(std::span<float const> parameters, std::span<float const> statistics) {
  HALO_EXPECTS(parameters.size() == Network::parameters && statistics.size() == Network::statistics,
               "save_pytorch: all parameters of the network, and all of its running statistics");
  static_cast<void>(parameters), static_cast<void>(statistics);
}

/// Writes a network into the names of another file.
template <class Network>
void save_pytorch_like(std::string const& path, std::span<float const> parameters,
                       std::span<float const> statistics, tensor_source& like,
                       std::span<metadata_entry const> metadata,
                       std::span<std::string_view const> order) {
  auto const before = read_pytorch<Network>(like, order);
  auto const layers = pytorch_layers<Network>();
  auto const found = state_dict(like.tensors(), like.name(), wanted_by(layers), order);
  auto const same = [&](parameter_info const* info, bool moment) {
    if (info == nullptr) return true;
    std::size_t const from = info->offset + (moment ? parameters.size() : 0);
    auto const now = (moment ? statistics : parameters).subspan(info->offset, info->count);
    return std::memcmp(before.data() + from, now.data(), now.size_bytes()) == 0;
  };
  pytorch_writer out(parameters, statistics);
  std::vector<tensor_view const*> replaced;
  std::size_t at = 0;
  for (pytorch_layer const& layer : layers) {
    std::string_view module;  // of whatever tensor the layer has
    for (std::size_t i = 0; i < layer.size(); ++i)
      if (found[at + i] != nullptr) module = state_name(found[at + i]->name).module;
    for (std::size_t i = 0; i < layer.size(); ++i, ++at) {
      pytorch_tensor const& t = layer[i];
      // two biases of a recurrent layer go or stay together
      parameter_info const* const inner =
          t.second || i + 1 == layer.size() ? t.inner : layer[i + 1].inner;
      if (same(t.info, t.moment) && same(inner, false)) continue;
      std::string const missing =
          (module.empty() ? "" : std::string(module) + '.') + std::string(t.leaf);
      out.add(found[at] == nullptr ? missing : std::string(found[at]->name), t);
      replaced.push_back(found[at]);
    }
  }
  for (tensor_view const& t : like.tensors())
    if (std::find(replaced.begin(), replaced.end(), &t) == replaced.end()) out.keep(t);
  save_safetensors(path, out.tensors(), metadata);
}

}  // namespace detail

/// Writes a network as a safetensors file for PyTorch, in its layouts, under the names of an
/// nn.Sequential: "0.weight", "0.bias", "2.weight" ...
///
///     model.load_state_dict(safetensors.torch.load_file("adapted.safetensors"))
///
/// What halo has one bias for, and a recurrent layer of PyTorch's two, becomes the first of these,
/// beside zeros. load_pytorch reads the same bits back.
///
/// @param parameters, statistics  as an adapter or a predictor has them
/// @throws halo::error as save_safetensors, and for a number that is not finite
template <class Network>
void save_pytorch(std::string const& path, std::span<float const> parameters,
                  std::span<float const> statistics = {}) {
  detail::expect_whole_network<Network>(parameters, statistics);
  with_memory("save_pytorch", path, [&] {
    detail::pytorch_writer out(parameters, statistics);
    for (detail::pytorch_layer const& layer : detail::pytorch_layers<Network>())
      for (detail::pytorch_tensor const& t : layer)
        out.add(std::string(detail::place_of(*t.info)) + '.' + std::string(t.leaf), t);
    std::array<metadata_entry, 1> const metadata{{{"format", "pt"}}};
    save_safetensors(path, out.tensors(), metadata);
  });
}

/// The same under the names of another file, from which load_pytorch took the network.
///
/// A tensor that the network still has as it was read is copied as it is there, whatever its type;
/// those that have changed become F32. So an unchanged network gives the same file, bit for bit,
/// and tensors that belong to no layer (num_batches_tracked) stay. A bias or gain that the module
/// had not is written once it is not 0 or 1 any more: load_state_dict then asks for bias=True.
///
/// @param like   a file that load_pytorch reads; it may be the one that is replaced
/// @param order  as load_pytorch was given it
/// @throws halo::error as above and as load_pytorch
template <class Network>
void save_pytorch(std::string const& path, std::span<float const> parameters,
                  std::span<float const> statistics, std::string const& like,
                  std::span<std::string_view const> order = {}) {
  detail::expect_whole_network<Network>(parameters, statistics);
  auto const write = [&](auto file, std::span<metadata_entry const> metadata) {
    detail::memory_source from(std::move(file));
    detail::save_pytorch_like<Network>(path, parameters, statistics, from, metadata, order);
  };
  with_memory("save_pytorch", path, [&] {
    if (detail::is_zip(like)) {
      std::array<metadata_entry, 1> const metadata{{{"format", "pt"}}};
      write(load_npz(like), metadata);
    } else {
      safetensors file = load_safetensors(like);
      detail::expect_pytorch(file);
      std::vector<metadata_entry> const metadata(file.metadata().begin(), file.metadata().end());
      write(std::move(file), metadata);
    }
  });
}

}  // namespace halo::io
