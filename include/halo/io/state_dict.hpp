// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/core/bit_cast.hpp>
#include <halo/core/error.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/safetensors_file.hpp>
#include <halo/io/tensor_view.hpp>

// The tensors of a PyTorch module in the order of its layers, as a state_dict lists them. A
// safetensors file sorts them by name: "10.weight" before "2.bias" before "2.weight".

namespace halo::io {

namespace detail {

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// How two names compare, numbers in them by value, and whether a number decided it.
struct natural_order {
  std::strong_ordering order;
  bool by_number;
};
[[nodiscard]] inline natural_order compare_names(std::string_view a, std::string_view b) noexcept {
  auto const number = [](std::string_view& text) {
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n])) ++n;
    std::string_view digits = text.substr(0, n);
    text.remove_prefix(n);
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
  };
  std::string_view const all_a = a, all_b = b;
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      std::string_view const x = number(a), y = number(b);
      if (x.size() != y.size()) return {x.size() <=> y.size(), true};
      if (x != y) return {x <=> y, true};
    } else if (a[0] != b[0]) {
      return {static_cast<unsigned char>(a[0]) <=> static_cast<unsigned char>(b[0]), false};
    } else {
      a.remove_prefix(1), b.remove_prefix(1);
    }
  }
  if (a.empty() && b.empty()) return {all_a <=> all_b, false};
  return {a.size() <=> b.size(), false};
}

/// The parts of a tensor's name: "rnn.weight_ih_l1" is tensor 0 of layer "1" in module "rnn".
struct state_name {
  std::string_view module, leaf, layer;
  std::size_t rank = 6;  ///< in the order in which PyTorch registers tensors

  explicit state_name(std::string_view name) {
    std::size_t const dot = name.rfind('.');
    module = dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
    leaf = dot == std::string_view::npos ? name : name.substr(dot + 1);
    std::string_view plain = leaf;
    if (std::size_t const at = leaf.rfind("_l"); at != std::string_view::npos) {
      std::string_view const behind = leaf.substr(at + 2);
      if (!behind.empty() && is_digit(behind[0])) layer = behind, plain = leaf.substr(0, at);
    }
    constexpr std::string_view known[] = {"weight",  "weight_ih", "weight_hh",    "bias",
                                          "bias_ih", "bias_hh",   "running_mean", "running_var"};
    constexpr std::size_t ranks[] = {0, 0, 1, 2, 2, 3, 4, 5};
    for (std::size_t i = 0; i < std::size(known); ++i)
      if (plain == known[i]) rank = ranks[i];
  }
  [[nodiscard]] bool same_layer(state_name const& other) const noexcept {
    return module == other.module && layer == other.layer;
  }
};

[[nodiscard]] inline natural_order compare_layers(state_name const& a,
                                                  state_name const& b) noexcept {
  if (a.module != b.module) return compare_names(a.module, b.module);
  return compare_names(a.layer, b.layer);
}

/// The tensors of one layer, neighbours in a state_dict.
using state_layer = std::span<tensor_view const>;
[[nodiscard]] inline natural_order compare_layers(state_layer a, state_layer b) noexcept {
  return compare_layers(state_name(a[0].name), state_name(b[0].name));
}

[[nodiscard]] inline std::vector<state_layer> layers_of(std::span<tensor_view const> sorted) {
  std::vector<state_layer> layers;
  for (std::size_t i = 0, first = 0; i < sorted.size(); ++i) {
    bool const last = i + 1 == sorted.size() ||
                      !state_name(sorted[i].name).same_layer(state_name(sorted[i + 1].name));
    if (last) layers.push_back(sorted.subspan(first, i + 1 - first));
    if (last) first = i + 1;
  }
  return layers;
}

/// Refuses two layers of the same shapes where no number in their names says which is first.
inline void check_order(std::span<state_layer const> layers, std::string const& file) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    for (std::size_t j = i + 1; j < layers.size(); ++j) {
      auto const a = layers[i], b = layers[j];
      if (compare_layers(a, b).by_number) continue;
      if (!std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](auto const& x, auto const& y) { return x.shape == y.shape; }))
        continue;
      fail("load_pytorch",
           file + ": tensors " + quoted(a[0].name, 96) + " and " + quoted(b[0].name, 96),
           "numbers in their names that say which is first, or a list of names",
           "two layers of the same shapes");
    }
  }
}

/// The layers in the order of those that are wanted: each time the first whose shapes fit, unless
/// one before it is so by a number. Where none fits, the rest as it is.
[[nodiscard]] inline std::vector<tensor_view> arranged(
    std::vector<state_layer> layers, std::span<std::vector<extents> const> wanted) {
  std::vector<tensor_view> found;
  for (std::vector<extents> const& shapes : wanted) {
    auto at = layers.begin();
    for (; at != layers.end(); ++at) {
      bool const fits = std::equal(at->begin(), at->end(), shapes.begin(), shapes.end(),
                                   [](auto const& t, auto const& e) { return t.shape == e; });
      if (fits && std::none_of(layers.begin(), at, [at](state_layer before) {
            return compare_layers(before, *at).by_number;
          }))
        break;
    }
    if (at == layers.end()) break;
    found.insert(found.end(), at->begin(), at->end());
    layers.erase(at);
  }
  for (state_layer const layer : layers) found.insert(found.end(), layer.begin(), layer.end());
  return found;
}

/// The number that 16 bits are as an IEEE half.
[[nodiscard]] inline float half_to_float(std::uint16_t bits) noexcept {
  int const exponent = bits >> 10U & 31;
  auto const fraction = static_cast<float>(bits & 1023U);
  float const size = exponent == 0    ? std::ldexp(fraction, -24)
                     : exponent == 31 ? (fraction == 0 ? std::numeric_limits<float>::infinity()
                                                       : std::numeric_limits<float>::quiet_NaN())
                                      : std::ldexp(fraction + 1024, exponent - 25);
  return (bits & 0x8000U) != 0 ? -size : size;
}

}  // namespace detail

/// The tensors of a state_dict, in the order of a network's layers: by module, numbers in names by
/// value, and in a module weight, bias, running_mean, running_var. num_batches_tracked is left out.
///
/// That is the order of an nn.Sequential. Modules whose names differ in words ("bn1", "conv1") go
/// where their shapes fit. Where two of these have the same shapes, it would be a guess.
/// @param layers  the shapes of the tensors that each layer needs
/// @param names   if not empty, these tensors in this order; others may be in the file
/// @throws halo::error for another number of tensors, a name that is not in the file, a guess
[[nodiscard]] inline std::vector<tensor_view> state_dict(
    safetensors const& file, std::span<std::vector<extents> const> layers,
    std::span<std::string_view const> names = {}) {
  std::size_t count = 0;
  for (std::vector<extents> const& shapes : layers) count += shapes.size();
  std::vector<tensor_view> found;
  auto const counts = [](std::string_view name) {
    return detail::state_name(name).leaf != "num_batches_tracked";
  };
  if (names.empty()) {
    for (tensor_view const& t : file.tensors())
      if (counts(t.name)) found.push_back(t);
  } else {
    for (std::string_view const name : names)
      if (counts(name)) found.push_back(file.at(name));
  }
  if (found.size() != count) {
    fail("load_pytorch", file.name(), std::to_string(count) + " tensors for this network",
         std::to_string(found.size()));
  }
  if (!names.empty()) return found;
  std::sort(found.begin(), found.end(), [](tensor_view const& a, tensor_view const& b) {
    detail::state_name const x(a.name), y(b.name);
    if (!x.same_layer(y)) return detail::compare_layers(x, y).order < 0;
    if (x.rank != y.rank) return x.rank < y.rank;
    return detail::compare_names(x.leaf, y.leaf).order < 0;
  });
  auto parts = detail::layers_of(found);
  detail::check_order(parts, file.name());
  return detail::arranged(std::move(parts), layers);
}

/// The numbers of a tensor of F32, F64, F16 or BF16 as float.
///
/// @throws halo::error for another type, or a number that is not finite as float
[[nodiscard]] inline std::vector<float> to_floats(tensor_view const& t, std::string const& file) {
  auto const where = [&] { return file + ": tensor " + quoted(t.name, 96); };
  if (t.type != dtype::f32 && t.type != dtype::f64 && t.type != dtype::f16 && t.type != dtype::bf16)
    fail("load_pytorch", where(), "F32, F64, F16 or BF16", name_of(t.type));
  auto const element = [&]<class T>(std::size_t i, T) {
    T value;
    std::memcpy(&value, t.bytes.data() + i * sizeof(T), sizeof(T));
    return value;
  };
  std::vector<float> values = with_memory("load_pytorch", where(), t.size() * sizeof(float),
                                          [&] { return std::vector<float>(t.size()); });
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (t.type == dtype::f32) values[i] = element(i, 0.0F);
    if (t.type == dtype::f64) values[i] = static_cast<float>(element(i, 0.0));
    if (t.type == dtype::bf16)
      values[i] = core::bit_cast<float>(std::uint32_t{element(i, std::uint16_t{0})} << 16U);
    if (t.type == dtype::f16) values[i] = detail::half_to_float(element(i, std::uint16_t{0}));
    if (!std::isfinite(values[i])) {
      fail("load_pytorch", where() + ", element " + std::to_string(i), "a finite number",
           std::isnan(values[i]) ? "NaN" : "infinity");
    }
  }
  return values;
}

}  // namespace halo::io
