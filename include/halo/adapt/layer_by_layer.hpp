// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>

#include <halo/adapt/flash_bytes.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/core/shape.hpp>
#include <halo/nn/head.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/recomputed.hpp>
#include <halo/nn/sequential.hpp>

// A network whose weights are bytes in flash, forward one layer after the other: the floats of one
// layer at a time are in RAM.

namespace halo::adapt::detail {

/// In whole lines of 64 bytes.
[[nodiscard]] constexpr std::size_t whole_lines(std::size_t floats) noexcept {
  return (floats + 15) / 16 * 16;
}

/// Layers one after the other, each a network of its own; where none is left x is the answer.
template <class Flash, class Input, class... L>
struct layer_walk {
  static constexpr std::size_t outputs = Input::size, parameters = 0, most_parameters = 0;
  static constexpr std::size_t statistics = 0;
  [[nodiscard]] static constexpr std::size_t most_arena(std::size_t) noexcept { return 0; }
  static float const* infer(nn::pass const&, bytes_cursor<Flash>&, float const* x, float*, float*,
                            float*) noexcept {
    return x;
  }
};
template <class Flash, class Input, class First, class... L>
struct layer_walk<Flash, Input, First, L...> {
  using layer = nn::sequential<Input, First>;
  using rest = layer_walk<Flash, typename layer::output, L...>;
  static constexpr std::size_t outputs = rest::outputs;
  static constexpr std::size_t parameters = layer::parameters + rest::parameters;
  static constexpr std::size_t statistics = layer::statistics + rest::statistics;
  static constexpr std::size_t most_parameters = std::max(layer::parameters, rest::most_parameters);
  [[nodiscard]] static constexpr std::size_t most_arena(std::size_t capacity) noexcept {
    return std::max(layer::inference_arena_size(capacity), rest::most_arena(capacity));
  }

  /// @param weights  most_parameters floats
  /// @param mine     an arena for this layer, `other` one for the next
  static float const* infer(nn::pass p, bytes_cursor<Flash>& from, float const* x, float* weights,
                            float* mine, float* other) noexcept {
    float* to = weights;
    for (parameter_info const& info : layer::layout::table)
      from.next(info.count, [&](float w) { *to++ = w; });
    float const* const y = layer::template infer<float*>(p, weights, x, mine);
    if (p.statistics != nullptr) p.statistics += layer::statistics;
    return rest::infer(p, from, y, weights, other, mine);
  }
};

/// The walk of a network.
template <class Flash, class Network>
struct walk_of;
template <class Flash, std::size_t... Extents, class... L>
struct walk_of<Flash, nn::sequential<shape<Extents...>, L...>> {
  using type = layer_walk<Flash, shape<Extents...>, L...>;
};
template <class Flash, class First, class... L>
  requires requires { typename First::input; }
struct walk_of<Flash, nn::sequential<First, L...>> {
  using type = layer_walk<Flash, typename First::input, First, L...>;
};
template <class Flash, class Network>
struct walk_of<Flash, nn::recomputed<Network>> : walk_of<Flash, Network> {};
template <class Flash, std::size_t N>
struct walk_of<Flash, nn::no_body<N>> {
  using type = layer_walk<Flash, shape<N>>;
};

/// What functions of networks (try_predict, try_evaluate) take for one; its parameters are those of
/// the header, whatever the view has.
template <class Network, class Flash>
struct layer_by_layer {
  using walk = typename walk_of<Flash, Network>::type;
  static constexpr std::size_t inputs = Network::inputs, outputs = Network::outputs;
  static constexpr std::size_t parameters = 0, statistics = Network::statistics;
  static_assert(walk::outputs == outputs && walk::statistics == statistics);

  [[nodiscard]] static constexpr std::size_t inference_arena_size(std::size_t capacity) noexcept {
    return whole_lines(walk::most_parameters) + 2 * whole_lines(walk::most_arena(capacity));
  }
  template <class P>
  static float const* infer(nn::pass const& p, float const*, float const* x, P arena) noexcept {
    bytes_cursor<Flash> from;
    float* const mine = arena + whole_lines(walk::most_parameters);
    return walk::infer(p, from, x, arena, mine, mine + whole_lines(walk::most_arena(p.capacity)));
  }
};

}  // namespace halo::adapt::detail

#include <halo/macros_back.hpp>
