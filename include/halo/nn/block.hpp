// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <type_traits>

#include <halo/nn/block_cost.hpp>
#include <halo/nn/chain.hpp>
#include <halo/nn/describe.hpp>
#include <halo/nn/forward_walk.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/layer_traits.hpp>
#include <halo/nn/plan.hpp>

namespace halo::nn::detail {

/// Layers one after the other on examples of shape X, the first at position First of whatever they
/// are part of: a network, or a layer that is made of layers.
template <std::size_t First, class X, class... L>
struct block {
  static constexpr std::size_t first = First;
  static constexpr std::size_t count = sizeof...(L);
  using shapes = typename chain<0, X, L...>::shapes;
  template <std::size_t I>
  using layer_at = std::tuple_element_t<I, std::tuple<L...>>;
  template <std::size_t I>
  using shape_at = std::tuple_element_t<I, shapes>;
  using output = shape_at<count>;

  static constexpr plan<count> places = []<std::size_t... I>(std::index_sequence<I...>) {
    return make_plan<count>({sizes_of<layer_at<I>, shape_at<I>>()...});
  }(std::make_index_sequence<count>());
  static constexpr layer_sizes sizes = places.all;
  static constexpr plan<count> lean = without_backward(places);

  static constexpr std::array<tensor_spec, sizes.tensors> tensors =
      list<tensor_spec, sizes.tensors>(First, places, [](auto i) -> auto const& {
        return layer_at<i>::template tensors<shape_at<i>>;
      });
  static constexpr std::array<tensor_spec, sizes.statistic_tensors> statistics =
      list<tensor_spec, sizes.statistic_tensors>(
          First, places, [](auto i) { return statistics_of<layer_at<i>, shape_at<i>>(); });
  static constexpr std::array<layer_row, sizes.rows> rows = list<layer_row, sizes.rows>(
      First, places, [](auto i) { return rows_of<layer_at<i>, shape_at<i>>(); });

  /// Each layer in constants, under its position.
  static constexpr void describe(auto&& f) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (f.template part<described_layer<layer_at<I>, shape_at<I>>>(digits(First + I).view()), ...);
    }(std::make_index_sequence<count>());
  }

  /// As block_cost says.
  template <class F>
  static constexpr void each_cost(layer_mask mask, bool below, F&& f) {
    block_cost<block>::each(mask, below, f);
  }
  /// The same.
  [[nodiscard]] static constexpr std::size_t backward_operations(layer_mask mask,
                                                                 bool below) noexcept {
    return static_cast<std::size_t>(block_cost<block>::backward_operations(mask, below));
  }

  template <class P>
  static void forward(pass const& p, forward_arguments<P> const& a) noexcept {
    walk::template run<0>(p, a);
  }

  /// The same outputs in less memory, lean.all of it: nothing is kept.
  template <class P>
  static void infer(pass const& p, forward_arguments<P> const& a) noexcept {
    forward_walk<block, lean>::template run<0>(p, a);
  }

  /// As a layer's backward; where no layer learns nothing runs unless dx is wanted.
  template <class P>
  static simd::scalar_of<P> backward(pass const& p, backward_arguments<P> const& a) noexcept {
    std::size_t const lowest = (p.layers & layer_mask::all(sizes.mask_layers)).lowest();
    simd::scalar_of<P> bound(0);
    if (lowest < sizes.mask_layers || a.dx) run_back<count - 1>(p, a, a.dy, lowest, bound);
    return bound;
  }

  /// Moves what forward left in memory of some rows to the front.
  template <class T>
  static void keep_rows(pass const& p, std::uint32_t const* kept, std::size_t n,
                        T* memory) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (keep<I>(p, kept, n, memory), ...);
    }(std::make_index_sequence<count>());
  }

  /// Moves running statistics of layers that learn; null: only looks whether they are all finite.
  template <class T>
  static bool observe(pass const& p, T const* memory, float* running) noexcept {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (observe_layer<I>(p, memory, running) && ...);
    }(std::make_index_sequence<count>());
  }

  /// What layer I is told of the pass. One without parameters learns if the one before it does.
  template <std::size_t I>
  [[nodiscard]] static pass pass_of(pass p) noexcept {
    constexpr bool follows = places.layers[I].mask_layers == 0 && places.mask_layer[I] > 0;
    p.index += places.row[I];
    p.layers = p.layers.slice(places.mask_layer[I] - (follows ? 1U : 0U),
                              std::max(places.layers[I].mask_layers, std::size_t{1}));
    if (p.statistics != nullptr) p.statistics += places.statistic[I];
    return p;
  }

  /// Whether layer I applies the elementwise layer behind it to its own output at once, and does
  /// the same on the way back.
  template <std::size_t I>
  static constexpr bool fused = [] {
    if constexpr (I + 1 < count)
      return places.in_place[I + 1] && activating<layer_at<I>, shape_at<I>, layer_at<I + 1>>;
    return false;
  }();
  template <std::size_t I>
  static constexpr bool fused_back = [] {
    if constexpr (fused<I>) return activating_back<layer_at<I>, shape_at<I>, layer_at<I + 1>>;
    return false;
  }();

 private:
  using walk = forward_walk<block, places>;

  template <std::size_t I, class T>
  static void keep(pass const& p, std::uint32_t const* kept, std::size_t n, T* memory) noexcept {
    if constexpr (!places.in_place[I] && !places.in_y[I])
      move_rows(places.layers[I].outputs, kept, n, memory + places.output[I] * p.capacity);
    if constexpr (composite<layer_at<I>, shape_at<I>>) {
      layer_at<I>::template keep_rows<shape_at<I>>(p, kept, n,
                                                   memory + places.memory[I] * p.capacity);
    } else if constexpr (places.layers[I].memory > 0) {
      static_assert(brings_rows_together<layer_at<I>, shape_at<I>>::checked);
      layer_at<I>::template keep_rows<shape_at<I>>(p.rows, kept, n,
                                                   memory + places.memory[I] * p.capacity);
    }
  }

  template <std::size_t I, class T>
  static bool observe_layer(pass const& p, T const* memory, float* running) noexcept {
    if constexpr (places.layers[I].statistics > 0) {
      pass const own = pass_of<I>(p);
      if (own.layers.empty()) return true;
      return layer_at<I>::template observe<shape_at<I>>(
          own, memory + places.memory[I] * p.capacity,
          running == nullptr ? nullptr : running + places.statistic[I]);
    }
    return true;
  }

  /// Backward of layer I, where Through together with that of the layer behind it, and of all
  /// below.
  template <std::size_t I, bool Through = false, class P>
  static void run_back(pass const& p, backward_arguments<P> const& a, simd::const_of<P> dy,
                       std::size_t lowest, simd::scalar_of<P>& bound) noexcept {
    if constexpr (I > 0 && !Through) {
      if constexpr (fused_back<I - 1>) return run_back<I - 1, true>(p, a, dy, lowest, bound);
    }
    using C = simd::const_of<P>;
    using here = layer_at<I>;
    using T = simd::scalar_of<P>;
    bool const below = a.dx || lowest < places.mask_layer[I];  // somebody below wants a gradient
    backward_arguments<P> own{};
    own.theta = a.theta + places.parameter[I];
    own.x = walk::template input_of<I, C>(p, a.x, a.y, a.memory);
    own.y = walk::template output_of<I, C>(p, a.y, a.memory);
    own.memory = walk::template memory_of<I>(p, a.memory);
    own.dy = dy;
    if (below) own.dx = I == 0 ? a.dx : a.scratch + places.delta[I] * p.capacity;
    pass const own_pass = pass_of<I>(p);
    if (places.layers[I].mask_layers > 0 && !own_pass.layers.empty())
      own.gradient = a.gradient + places.parameter[I];
    own.scratch = walk::template scratch_of<I>(p, a.scratch);
    T most(0);
    if constexpr (Through) {
      most = here::template backward_activated<shape_at<I>>(own_pass, own,
                                                            typename layer_at<I + 1>::function{});
    } else if constexpr (std::is_void_v<decltype(here::template backward<shape_at<I>>(p, own))>) {
      here::template backward<shape_at<I>>(own_pass, own);
      if (own.gradient) most = std::numeric_limits<T>::infinity();
    } else {
      most = here::template backward<shape_at<I>>(own_pass, own);
    }
    if (most > bound || most != most) bound = most;  // NaN wins and stays
    if constexpr (I > 0) {
      if (below) run_back<I - 1>(p, a, own.dx, lowest, bound);
    }
  }
};

}  // namespace halo::nn::detail

#include <halo/macros_back.hpp>
