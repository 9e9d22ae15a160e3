// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/io/file.hpp>
#include <halo/io/floats.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/npz.hpp>
#include <halo/io/pytorch_plan.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/state_dict.hpp>
#include <halo/io/tensor_source.hpp>
#include <halo/io/tensor_view.hpp>

namespace halo::io {

namespace detail {

/// Reads tensors of PyTorch's into the buffers of a network, some slices at a time: they are turned
/// while they are in a near cache.
class pytorch_reader {
 public:
  pytorch_reader(tensor_source& from, std::span<float> parameters, std::span<float> statistics)
      : from_(from), parameters_(parameters), statistics_(statistics) {}

  /// @param found  null where the module has no such bias or gain: 0 or 1 then
  void take(pytorch_tensor const& t, tensor_view const* found) {
    parameter_info const& info = *t.info;
    auto const to = (t.moment ? statistics_ : parameters_).subspan(info.offset, info.count);
    if (found == nullptr) return fill(t, to);
    expect(t, *found);
    std::size_t const size = t.how.slice(), all = t.how.slices();
    std::size_t const some = std::max<std::size_t>(piece / size / 16 * 16, 16);
    for (std::size_t first = 0; first < all; first += some) {
      auto const numbers = read(*found, first * size, std::min(some, all - first) * size);
      if (!t.second) t.how.put(first, numbers, to);
      if (t.second) add(t, first, numbers, to);
    }
    bool const variance = t.moment && info.role == parameter_role::gain;
    if (variance && *std::min_element(to.begin(), to.end()) < 0)
      fail("load_pytorch", from_.name() + ": " + std::string(info.name()),
           "variances of at least 0", "a negative one");
  }

  /// The floats of a file's elements from number `first` on, valid until the next are read.
  [[nodiscard]] std::span<float const> read(tensor_view const& of, std::size_t first,
                                            std::size_t count) {
    if (floats_.size() < count) floats_ = aligned_buffer<float>::unwritten(count);
    std::span<float> const floats = floats_.span().first(count);
    std::size_t const width = size_of(of.type);
    if (of.type == dtype::f32) {
      from_.read(of, first * width, std::as_writable_bytes(floats));
    } else {
      if (bytes_.size() < count * width) bytes_.resize(count * width);
      auto const bytes = std::span(bytes_).first(count * width);
      from_.read(of, first * width, bytes);
      to_floats(of.type, bytes, floats);
    }
    std::size_t const bad = first_not_finite(floats);
    if (bad < count)
      fail("load_pytorch", where(of) + ", element " + std::to_string(first + bad),
           "a finite number", floats[bad] != floats[bad] ? "NaN" : "infinity");
    return floats;
  }

 private:
  /// What a module without such a tensor does: a gain of 1, a bias of 0.
  void fill(pytorch_tensor const& t, std::span<float> to) const noexcept {
    bool const gain = t.info->role == parameter_role::gain;
    if (!t.second) std::fill(to.begin(), to.end(), gain ? 1.0F : 0.0F);
    if (t.inner != nullptr)
      std::fill_n(parameters_.begin() + static_cast<std::ptrdiff_t>(t.inner->offset),
                  t.inner->count, 0.0F);
  }

  static constexpr std::size_t piece = std::size_t{1} << 16U;  ///< floats: half of a second cache

  [[nodiscard]] std::string where(tensor_view const& t) const {
    return from_.name() + ": tensor " + quoted(t.name, 96);
  }
  void expect(pytorch_tensor const& t, tensor_view const& found) const {
    if (!(found.shape == t.how.shape())) {
      fail("load_pytorch", where(found),
           to_string(t.how.shape()) + ", as " + std::string(t.info->name()) +
               " needs it here (a list of names says another order)",
           to_string(found.shape));
    }
    if (!is_real(found.type))
      fail("load_pytorch", where(found), "F32, F64, F16 or BF16", name_of(found.type));
  }
  /// Adds a recurrent layer's second bias to its first.
  void add(pytorch_tensor const& t, std::size_t first, std::span<float const> numbers,
           std::span<float> to) const noexcept {
    std::size_t const apart = t.inner == nullptr ? 0 : t.inner->count;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      std::size_t const at = first + i;
      if (at < to.size() - apart)
        to[at] += numbers[i];
      else
        parameters_[t.inner->offset + at - (to.size() - apart)] = numbers[i];
    }
  }

  tensor_source& from_;
  std::span<float> parameters_, statistics_;
  aligned_buffer<float> floats_;
  std::vector<std::byte> bytes_;
};

template <class Network>
[[nodiscard]] aligned_buffer<float> read_pytorch(tensor_source& from,
                                                 std::span<std::string_view const> order) {
  auto const layers = pytorch_layers<Network>();
  auto const found = state_dict(from.tensors(), from.name(), wanted_by(layers), order);
  constexpr std::size_t parameters = Network::parameters;
  auto all = with_memory(
      "load_pytorch", from.name(), (parameters + Network::statistics) * sizeof(float),
      [] { return aligned_buffer<float>::unwritten(parameters + Network::statistics); });
  pytorch_reader reader(from, all.span().first(parameters), all.span().subspan(parameters));
  std::size_t at = 0;
  for (pytorch_layer const& layer : layers)
    for (pytorch_tensor const& t : layer) reader.take(t, found[at++]);
  return all;
}

/// Whether a file begins as zip archives, npz among them, do.
[[nodiscard]] inline bool is_zip(std::string const& path) {
  input_file file(path);
  std::array<std::byte, 2> first{};
  file.read(std::span(first).first(std::min(first.size(), file.size())));
  return as_text(first) == "PK";
}

}  // namespace detail

/// The parameters of a network that PyTorch trained, and its running statistics behind them, in
/// halo's order: what assign of an adapter or a predictor takes. The file is a state_dict, as
/// safetensors.torch.save_file or np.savez writes it.
///
///     auto const values = io::load_pytorch<network>("model.safetensors");
///     adapt::predictor<network> const p(values.span());
///
/// Tensors go to layers in the order of state_dict(): shapes must fit, names need not. Linear and
/// convolutional weights are turned; where a layer comes behind a flattened image or sequence,
/// channels go from first to last, not where a recurrent layer made it (batch_first). An LSTM's two
/// biases are added, a GRU's for r and z. A reshape is taken to mean there what it means here.
/// Where a module has no bias (bias=False) or gain (affine=False) and the layer here has, it
/// becomes 0 or
/// 1. Epsilon, padding and activations are in no file: they are what the network's type says.
///
/// @param order  words in the names of the file's tensors, in the order of the network's layers (in
///               a residual the projection first); needed where names do not tell the order
/// @throws halo::error as load_safetensors, load_npz and state_dict, for a tensor of another shape
/// or of no floats, a number that is not finite as float, a negative variance, a file that does not
/// come from PyTorch
template <class Network>
[[nodiscard]] aligned_buffer<float> load_pytorch(std::string const& path,
                                                 std::span<std::string_view const> order = {}) {
  return with_memory("load_pytorch", path, [&] {
    if (detail::is_zip(path)) {
      detail::memory_source<npz> from(load_npz(path));
      return detail::read_pytorch<Network>(from, order);
    }
    detail::safetensors_source from(path);
    return detail::read_pytorch<Network>(from, order);
  });
}

/// The same from the bytes of a file; `name` stands in messages.
template <class Network>
[[nodiscard]] aligned_buffer<float> parse_pytorch(std::span<std::byte const> bytes,
                                                  std::string_view name,
                                                  std::span<std::string_view const> order = {}) {
  return with_memory("load_pytorch", name, [&] {
    if (as_text(bytes).starts_with("PK")) {
      detail::memory_source<npz> from(parse_npz(bytes, name));
      return detail::read_pytorch<Network>(from, order);
    }
    detail::memory_source<safetensors> from(parse_safetensors(bytes, name));
    detail::expect_pytorch(from.file());
    return detail::read_pytorch<Network>(from, order);
  });
}

}  // namespace halo::io

#include <halo/macros_back.hpp>
