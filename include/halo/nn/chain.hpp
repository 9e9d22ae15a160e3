// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <halo/nn/layer.hpp>

namespace halo::nn::detail {

/// Complains where layer I does not accept the shape X.
template <std::size_t I, class L, class X, bool Fits>
struct complaint {
  static_assert(Fits,
                "halo: sequential: layer I does not accept the shape X that the layer before it "
                "gives (I, the layer L and X stand in the note beside this)");
};

/// Where a layer does not fit, all behind it are left unchecked: one mistake, one message.
template <class X, std::size_t... I>
auto unchecked(std::index_sequence<I...>) -> std::tuple<std::conditional_t<(I > 0), X, X>...>;

/// Carries the shape from layer to layer.
template <std::size_t I, class X, class... L>
struct chain {
  using shapes = std::tuple<X>;
};
template <std::size_t I, class X, class First, class... Rest>
struct chain<I, X, First, Rest...> {
  static constexpr bool fits = layer<First, X>;
  template <bool Fits, class F>
  struct next {
    using shapes = typename chain<I + 1, typename F::template output<X>, Rest...>::shapes;
  };
  template <class F>
  struct next<false, F> {
    using shapes = decltype(unchecked<X>(std::make_index_sequence<1 + sizeof...(Rest)>()));
  };
  using shapes = decltype(std::tuple_cat(std::declval<std::tuple<X>>(),
                                         std::declval<typename next<fits, First>::shapes>()));
  static_assert(sizeof(complaint<I, First, X, fits>) > 0);
};

/// The sizes of one layer on its input shape.
struct layer_sizes {
  std::size_t inputs = 0, outputs = 0, memory = 0, operations = 0, parameters = 0, tensors = 0;
  bool elementwise = false, transparent = false, needs_input = false, needs_output = false;
  char const* kind = "";
};

template <class L, class X>
[[nodiscard]] consteval layer_sizes sizes_of() {
  if constexpr (!layer<L, X>)  // the chain has complained
    return {};
  else
    return {.inputs = X::size,
            .outputs = L::template output<X>::size,
            .memory = L::template memory<X>,
            .operations = L::template operations<X>,
            .parameters = parameter_count<L, X>(),
            .tensors = L::template tensors<X>.size(),
            .elementwise = L::elementwise,
            .transparent = requires {requires L::transparent;
}
, .needs_input = L::needs_input, .needs_output = L::needs_output, .kind = L::kind
};  // namespace halo::nn::detail
}

/// Where everything of a network of N layers lies: parameters, and per-example places in the arena.
template <std::size_t N>
struct plan {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::array<layer_sizes, N> layers{};
  std::array<std::size_t, N> parameter{};  ///< first parameter of the layer
  std::array<std::size_t, N> owner{};      ///< its number among layers with parameters, or none
  std::array<bool, N> in_place{};          ///< its output lies on top of its input
  std::array<std::size_t, N> output{};     ///< arena place of its output
  std::array<std::size_t, N> memory{};     ///< arena place of its memory
  std::array<std::size_t, 2> delta{};      ///< arena places of the two gradients in flight
  std::array<std::size_t, N> turn{};       ///< which of the two a layer's dx is written to
  std::size_t arena = 0;                   ///< arena elements per example
  std::size_t parameters = 0, tensors = 0, owners = 0;
};

template <std::size_t N>
[[nodiscard]] consteval plan<N> make_plan(std::array<layer_sizes, N> const& layers) {
  plan<N> p;
  p.layers = layers;
  std::size_t width = 0;
  bool kept = false;  // backward will want the output so far as it is
  for (std::size_t i = 0; i < N; ++i) {
    layer_sizes const& l = layers[i];
    p.parameter[i] = p.parameters;
    p.owner[i] = l.parameters > 0 ? p.owners++ : plan<N>::none;
    p.parameters += l.parameters;
    p.tensors += l.tensors;
    p.memory[i] = p.arena;
    p.arena += l.memory;
    p.in_place[i] = i > 0 && l.elementwise && (l.transparent || !kept);
    kept = l.needs_output || (kept && p.in_place[i]);
    if (p.in_place[i]) {
      p.output[i] = p.output[i - 1];
    } else {
      p.output[i] = p.arena;
      p.arena += l.outputs;
    }
    if (i > 0) width = std::max(width, l.inputs);
  }
  for (std::size_t& d : p.delta) {
    d = p.arena;
    p.arena += width;
  }
  std::size_t turn = 1;  // an elementwise layer leaves its dx where dy was
  for (std::size_t i = N; i-- > 0;) p.turn[i] = turn = layers[i].elementwise ? turn : 1 - turn;
  return p;
}

/// "<position>.<name>", zero-terminated.
[[nodiscard]] constexpr auto tensor_name(std::size_t position, char const* name) {
  decltype(parameter_info::text) text{};
  std::size_t n = 0;
  for (std::size_t unit = 100; unit > 0; unit /= 10) {
    if (position >= unit || unit == 1) text[n++] = static_cast<char>('0' + (position / unit) % 10);
  }
  text[n++] = '.';
  for (char const* c = name; *c != '\0'; ++c) text[n++] = *c;
  return text;
}

/// Enters the tensors of the layer at a position into the table, from entry `at` on.
template <class L, class X, std::size_t T>
constexpr void describe(std::array<parameter_info, T>& table, std::size_t& at, std::size_t position,
                        std::size_t offset, std::size_t owner) {
  if constexpr (layer<L, X>) {  // else the chain has complained
    for (tensor_spec const& spec : L::template tensors<X>) {
      table[at] = {.text = tensor_name(position, spec.name),
                   .extents = spec.extents,
                   .rank = spec.rank,
                   .offset = offset,
                   .count = spec.count(),
                   .layer = owner,
                   .role = spec.role};
      offset += table[at++].count;
    }
  }
}

}  // namespace halo::nn::detail
