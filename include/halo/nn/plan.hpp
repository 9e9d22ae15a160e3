// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <halo/core/parameter_table.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/layer_check.hpp>
#include <halo/nn/layer_traits.hpp>

namespace halo::nn {

namespace detail {

/// The sizes of one layer on its input shape.
struct layer_sizes {
  std::size_t inputs = 0, outputs = 0, memory = 0, scratch = 0, operations = 0;
  std::size_t parameters = 0, tensors = 0;
  std::size_t mask_layers = 0;  ///< how many layers of a layer_mask it is
  std::size_t statistics = 0, statistic_tensors = 0;
  std::size_t fixed_scratch = 0;  ///< whatever the examples are
  std::size_t room = 0;           ///< bytes that kernels want
  std::size_t room_of_few = 0;    ///< the same of at most kernel::few_rows examples
  std::size_t rows = 0;           ///< lines of a summary
  bool elementwise = false, transparent = false, needs_input = false, needs_output = false;

  /// Floats of an arena that hold the room of the kernels for so many examples.
  [[nodiscard]] constexpr std::size_t room_floats(std::size_t capacity) const noexcept {
    std::size_t const bytes = capacity <= kernel::few_rows ? room_of_few : room;
    return (bytes + sizeof(float) - 1) / sizeof(float);
  }
};

template <class L, class X>
[[nodiscard]] consteval layer_sizes sizes_of() {
  layer_sizes s;
  if constexpr (mistake_of<L, X>() == mistake::none) {  // else the chain has complained
    s.inputs = X::size;
    s.outputs = L::template output<X>::size;
    s.memory = L::template memory<X>;
    s.scratch = scratch_of<L, X>();
    s.fixed_scratch = fixed_scratch_of<L, X>();
    s.room = room_of<L, X>();
    s.room_of_few = room_of_few_of<L, X>();
    s.operations = L::template operations<X>;
    s.tensors = L::template tensors<X>.size();
    for (tensor_spec const& t : L::template tensors<X>) {
      s.parameters += t.count();
      if (t.count() > 0) s.mask_layers = std::max(s.mask_layers, t.layer + 1);
    }
    s.statistic_tensors = statistics_of<L, X>().size();
    for (tensor_spec const& t : statistics_of<L, X>()) s.statistics += t.count();
    s.rows = rows_of<L, X>().size();
    s.elementwise = L::elementwise;
    s.transparent = is_transparent<L>();
    s.needs_input = L::needs_input;
    s.needs_output = L::needs_output;
  }
  return s;
}

/// Where everything of a block of N layers lies: parameters, and per-example places in its memory
/// and its scratch.
template <std::size_t N>
struct plan {
  std::array<layer_sizes, N> layers{};
  std::array<std::size_t, N> parameter{};   ///< first parameter of the layer
  std::array<std::size_t, N> mask_layer{};  ///< its first layer of a mask
  std::array<std::size_t, N> statistic{};   ///< its first running statistic
  std::array<std::size_t, N> row{};         ///< its first line of a summary
  std::array<bool, N> in_place{};           ///< its output lies on top of its input
  std::array<bool, N> in_y{};               ///< its output lies where the block's is to lie
  std::array<std::size_t, N> output{};      ///< place of its output in memory, if not in y
  std::array<std::size_t, N> memory{};      ///< place of its memory
  std::array<std::size_t, N> delta{};       ///< place in scratch of its dx; 0 for the first layer
  layer_sizes all{};                        ///< of the block
  std::size_t inner = 0;                    ///< place in scratch of the layers' own scratch
  std::size_t y = 0;  ///< a place in memory, or behind it, that y may have without backward
};

/// Where something of this size lies; null for nothing, so that nobody reads what is another's.
template <class P>
[[nodiscard]] P place_in(P all, std::size_t size, std::size_t place) noexcept {
  return size > 0 ? all + place : P{};
}

/// What a forward pass of a block reads and writes.
template <class P>
struct forward_arguments {
  simd::const_of<P> theta;
  simd::const_of<P> x;
  P y;
  P memory;
  P scratch;
};

/// Places in scratch of the gradients in flight, at most two at a time: an elementwise layer leaves
/// its dx where dy was, but nothing on top of the block's own dy.
template <std::size_t N>
constexpr void plan_deltas(plan<N>& p) {
  std::size_t width = 0, used = 0, turn = 2;
  for (std::size_t i = 1; i < N; ++i) width = std::max(width, p.layers[i].inputs);
  for (std::size_t i = N; i-- > 1;) {
    if (!p.layers[i].elementwise || turn == 2) turn = turn == 0 ? 1 : 0;
    p.delta[i] = turn * width;
    used = std::max(used, turn + 1);
  }
  p.inner = used * width;
  for (layer_sizes const& l : p.layers) {
    p.all.scratch = std::max(p.all.scratch, p.inner + l.scratch);
    p.all.fixed_scratch = std::max(p.all.fixed_scratch, l.fixed_scratch);
    p.all.room = std::max(p.all.room, l.room);
    p.all.room_of_few = std::max(p.all.room_of_few, l.room_of_few);
  }
}

template <std::size_t N>
[[nodiscard]] consteval plan<N> make_plan(std::array<layer_sizes, N> const& layers) {
  plan<N> p;
  p.layers = layers;
  layer_sizes& all = p.all;
  bool kept = false;  // backward will want the output so far as it is
  std::size_t last = 0;
  for (std::size_t i = 0; i < N; ++i) {
    layer_sizes const& l = layers[i];
    p.parameter[i] = all.parameters;
    p.mask_layer[i] = all.mask_layers;
    p.statistic[i] = all.statistics;
    p.row[i] = all.rows;
    all.parameters += l.parameters;
    all.tensors += l.tensors;
    all.mask_layers += l.mask_layers;
    all.statistics += l.statistics;
    all.statistic_tensors += l.statistic_tensors;
    all.rows += l.rows;
    all.operations += l.operations;
    p.in_place[i] = i > 0 && l.elementwise && (l.transparent || !kept);
    kept = l.needs_output || (kept && p.in_place[i]);
    if (!p.in_place[i]) last = i;
  }
  for (std::size_t i = 0; i < N; ++i) {
    p.memory[i] = all.memory;
    all.memory += layers[i].memory;
    p.in_y[i] = i >= last;
    if (p.in_y[i]) continue;
    p.output[i] = p.in_place[i] ? p.output[i - 1] : all.memory;
    if (!p.in_place[i]) all.memory += layers[i].outputs;
  }
  all.inputs = layers[0].inputs;
  all.outputs = layers[N - 1].outputs;
  all.needs_input = layers[0].needs_input;
  all.needs_output = kept;
  plan_deltas(p);
  return p;
}

/// The same outputs where no backward follows: two places that they take turns in, one for the
/// memory of each layer while it runs, no gradients. Where that is not smaller, the plan given.
template <std::size_t N>
[[nodiscard]] consteval plan<N> without_backward(plan<N> const& full) {
  plan<N> p = full;
  std::size_t width = 0, used = 0, turn = 1, memory = 0, scratch = 0;
  for (std::size_t i = 0; i < N; ++i) {
    if (!p.in_y[i]) width = std::max(width, p.layers[i].outputs);
    memory = std::max(memory, p.layers[i].memory);
    scratch = std::max(scratch, p.layers[i].scratch);
  }
  for (std::size_t i = 0; i < N; ++i) {
    if (p.in_y[i]) continue;
    if (!p.in_place[i]) turn = 1 - turn;
    p.output[i] = turn * width;
    used = std::max(used, turn + 1);
  }
  p.memory.fill(used * width);
  p.inner = 0;
  p.all.memory = used * width + memory;
  p.all.scratch = scratch;
  if (p.all.memory + scratch >= full.all.memory + full.all.scratch) p = full, used = 0;
  p.y = used == 2 && p.all.outputs <= width ? (1 - turn) * width : p.all.memory;
  return p;
}

/// Moves rows kept[0] < kept[1] < ... of width elements to the front.
template <class T>
void move_rows(std::size_t width, std::uint32_t const* kept, std::size_t n, T* at) noexcept {
  for (std::size_t i = 0; i < n; ++i)
    if (kept[i] != i) std::copy_n(at + kept[i] * width, width, at + i * width);
}

/// "<position>.<position in it>...<name>", zero-terminated.
[[nodiscard]] constexpr auto tensor_name(layer_path const& path, char const* name) {
  decltype(parameter_info::text) text{};
  std::size_t n = 0;
  for (std::size_t i = 0; i < path.depth; ++i) {
    std::size_t const position = path.at[i];
    for (std::size_t unit = 10000; unit > 0; unit /= 10) {
      if (position >= unit || unit == 1)
        text[n++] = static_cast<char>('0' + (position / unit) % 10);
    }
    text[n++] = '.';
  }
  for (char const* c = name; *c != '\0'; ++c) text[n++] = *c;
  return text;
}

/// Tensors or rows of all layers of a block, of(I) those of layer I, which stands at First + I.
template <class T, std::size_t Size, std::size_t N, class Of>
[[nodiscard]] consteval std::array<T, Size> list(std::size_t first, plan<N> const& p, Of of) {
  std::array<T, Size> all{};
  std::size_t at = 0;
  auto const append = [&](auto const& of_layer, std::size_t i) {
    for (T entry : of_layer) {
      entry.path = entry.path.below(first + i);
      if constexpr (requires { entry.layer; }) entry.layer += p.mask_layer[i];
      all[at++] = entry;
    }
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (append(of(std::integral_constant<std::size_t, I>{}), I), ...);
  }(std::make_index_sequence<N>());
  return all;
}

/// Tensors that lie one after the other, as a table.
template <std::size_t N>
[[nodiscard]] consteval auto make_table(std::array<tensor_spec, N> const& tensors) {
  std::array<parameter_info, N> table{};
  std::size_t offset = 0;
  for (std::size_t i = 0; i < N; ++i) {
    tensor_spec const& t = tensors[i];
    table[i] = {.text = tensor_name(t.path, t.name),
                .extents = t.extents,
                .rank = t.rank,
                .offset = offset,
                .count = t.count(),
                .layer = t.layer,
                .role = t.role,
                .start = t.start};
    offset += table[i].count;
  }
  return table;
}

}  // namespace detail
}  // namespace halo::nn

#include <halo/macros_back.hpp>
