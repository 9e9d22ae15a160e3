// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

#include <halo/core/assert.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>

namespace halo {

/// What a parameter tensor is for: initialisers and weight decay look at it.
enum class parameter_role : unsigned char { weight, bias, gain };

/// How a tensor's numbers start where its role does not say it: called once for each, in order.
/// fan_in and fan_out as in nn::initialize.
using start_rule = float (*)(generator& g, double fan_in, double fan_out);

/// One tensor of a network in its contiguous parameter buffer.
struct parameter_info {
  static constexpr std::size_t max_rank = 4;  ///< axes that a tensor may have

  std::array<char, 32> text{};                   ///< name, e.g. "2.weight", zero-terminated
  std::array<std::size_t, max_rank> extents{};   ///< row-major shape; entries behind rank are 0
  std::size_t rank = 0;                          ///< axes it has
  std::size_t offset = 0;                        ///< first element in the buffer
  std::size_t count = 0;                         ///< number of elements
  std::size_t layer = 0;                         ///< which layer with parameters owns it
  parameter_role role = parameter_role::weight;  ///< what it is for
  start_rule start = nullptr;                    ///< null: as its role says

  /// Its name without the zeros behind.
  [[nodiscard]] constexpr std::string_view name() const noexcept { return {text.data()}; }
};

/// How a network's parameters lie in memory: all that an optimizer or a checkpoint needs to know.
///
/// size = number of parameters, tensors = number of tensors, layers = number of layers with
/// parameters, table = one parameter_info a tensor, in order and without gaps.
template <class L>
concept parameter_layout = requires {
  { L::size } -> std::convertible_to<std::size_t>;
  { L::tensors } -> std::convertible_to<std::size_t>;
  { L::layers } -> std::convertible_to<std::size_t>;
  { L::table[0] } -> std::convertible_to<parameter_info>;
} && (L::layers <= layer_mask::capacity);

/// N parameters as one tensor of one layer: for optimizing something that is not a network.
template <std::size_t N>
struct flat_layout {
  static constexpr std::size_t size = N;
  static constexpr std::size_t tensors = 1;  ///< the one of all numbers
  static constexpr std::size_t layers = 1;   ///< the one it belongs to
  /// Its entry.
  static constexpr std::array<parameter_info, 1> table{parameter_info{
      .text = {'t', 'h', 'e', 't', 'a'}, .extents = {N, 0, 0, 0}, .rank = 1, .count = N}};
};
static_assert(parameter_layout<flat_layout<3>>);

/// The layers of a name, as tensors have it before their last point: "3" is layer 3 with all that
/// lies in it ("3.weight", "3.1.weight"), "3.1" one of these.
///
///     device.freeze(layers_named<network::layout>("0") | layers_named<network::layout>("3.1"));
/// @pre there is one
template <parameter_layout Layout>
[[nodiscard]] constexpr layer_mask layers_named(std::string_view name) noexcept {
  layer_mask found;
  for (parameter_info const& t : Layout::table) {
    std::string_view const whole = t.name();
    if (whole.starts_with(name) && whole.size() > name.size() && whole[name.size()] == '.')
      found.set(t.layer);
  }
  HALO_EXPECTS(!found.empty(), "layers_named: the name of a layer with parameters");
  return found;
}

/// The layers that have a tensor of some role: with a gain, the norms.
template <parameter_layout Layout>
[[nodiscard]] constexpr layer_mask layers_of(parameter_role role) noexcept {
  layer_mask found;
  for (parameter_info const& t : Layout::table)
    if (t.role == role) found.set(t.layer);
  return found;
}

/// Calls body(begin, end, tensor) for each maximal run of neighbouring selected tensors that agree
/// in key(tensor): what a masked update visits, skipped memory excluded.
template <parameter_layout Layout, class Key, class Body>
constexpr void for_each_run(layer_mask mask, Key&& key, Body&& body) {
  std::size_t i = 0;
  while (i < Layout::tensors) {
    if (!mask[Layout::table[i].layer]) {
      ++i;
      continue;
    }
    std::size_t const first = i;
    auto const k = key(first);
    for (++i; i < Layout::tensors && mask[Layout::table[i].layer] && key(i) == k;) ++i;
    std::size_t const end = Layout::table[i - 1].offset + Layout::table[i - 1].count;
    body(Layout::table[first].offset, end, first);
  }
}

}  // namespace halo
