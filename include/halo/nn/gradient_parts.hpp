// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

#include <halo/core/layer_mask.hpp>
#include <halo/core/shape.hpp>
#include <halo/nn/block.hpp>
#include <halo/nn/forward_walk.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/plan.hpp>
#include <halo/nn/sequential.hpp>

namespace halo::nn {

namespace detail {

/// Whether L can be asked for parts of its gradient, or has none.
template <class L, class X>
concept gives_parts =
    parameter_count<L, X>() == 0 ||
    (!L::elementwise &&
     requires(pass const& p, backward_arguments<float*> const& a, std::size_t n, float* to) {
       { L::template gradient_bound<X>(p, a) } -> std::same_as<float>;
       L::template gradient_part<X>(p, a, n, n, n, to);
     });

/// The plan of a block with a place of its own for every dx, instead of two that take turns.
template <std::size_t N>
[[nodiscard]] consteval plan<N> with_all_deltas(plan<N> p) {
  std::size_t used = 0;
  for (std::size_t i = N; i-- > 1;) {
    bool const on_top = p.layers[i].elementwise && i + 1 < N;
    p.delta[i] = on_top ? p.delta[i + 1] : used;
    if (!on_top) used += p.layers[i].inputs;
  }
  p.inner = used;
  p.all.scratch = used;
  for (layer_sizes const& l : p.layers) p.all.scratch = std::max(p.all.scratch, used + l.scratch);
  return p;
}

template <class Block>
class parts_of_block {
  static constexpr plan<Block::count> places = with_all_deltas(Block::places);
  using walk = forward_walk<Block, Block::places>;
  template <std::size_t I>
  using layer_at = typename Block::template layer_at<I>;
  template <std::size_t I>
  using shape_at = typename Block::template shape_at<I>;
  static constexpr layer_sizes sizes = places.all;

 public:
  static constexpr bool possible =
      []<std::size_t... I>(std::index_sequence<I...>) {
        return ((gives_parts<layer_at<I>, shape_at<I>> && !Block::template fused_back<I>)&&...);
      }(std::make_index_sequence<Block::count>()) &&
      sizes.statistics == 0;

  [[nodiscard]] static constexpr std::size_t arena_size(std::size_t capacity) noexcept {
    return (sizes.memory + sizes.outputs + sizes.scratch) * capacity + sizes.fixed_scratch +
           sizes.room_floats(capacity);
  }

  /// Where everything of a pass lies.
  struct memory {
    pass p;
    float const* theta;
    float const* x;
    float* arena;
    float const* dy;
  };
  [[nodiscard]] static pass with_room(pass p, float* arena) noexcept {
    if constexpr (sizes.room > 0) {
      std::size_t const size = sizes.room_floats(p.capacity);
      p.room = std::as_writable_bytes(std::span(arena + arena_size(p.capacity) - size, size));
    }
    return p;
  }

  /// Every dx that something selected below needs; a bound on the selected gradient.
  [[nodiscard]] static float run(memory const& m) noexcept {
    std::size_t const lowest = (m.p.layers & layer_mask::all(Block::sizes.mask_layers)).lowest();
    float bound = 0;
    if (lowest < Block::sizes.mask_layers) run_back<Block::count - 1>(m, lowest, bound);
    return bound;
  }

  /// Elements begin ... begin + count of the gradient of tensor i.
  static void part(memory const& m, std::size_t i, std::size_t begin, std::size_t count,
                   float* to) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      std::size_t first = 0;
      (part_of<I>(m, i, first, begin, count, to), ...);
    }(std::make_index_sequence<Block::count>());
  }

 private:
  template <std::size_t I>
  [[nodiscard]] static backward_arguments<float*> arguments(memory const& m) noexcept {
    pass const& p = m.p;
    float const* const y = m.arena + sizes.memory * p.capacity;
    float* const scratch = m.arena + (sizes.memory + sizes.outputs) * p.capacity;
    backward_arguments<float*> a{};
    a.theta = m.theta + places.parameter[I];
    a.x = walk::template input_of<I, float const*>(p, m.x, y, m.arena);
    a.y = walk::template output_of<I, float const*>(p, y, m.arena);
    a.memory = walk::template memory_of<I>(p, static_cast<float const*>(m.arena));
    a.dy = m.dy;
    if constexpr (I + 1 < Block::count) a.dy = scratch + places.delta[I + 1] * p.capacity;
    if constexpr (I > 0) a.dx = scratch + places.delta[I] * p.capacity;
    a.scratch = place_in(scratch, places.layers[I].scratch + places.layers[I].fixed_scratch,
                         places.inner * p.capacity);
    return a;
  }

  template <std::size_t I>
  static void run_back(memory const& m, std::size_t lowest, float& bound) noexcept {
    backward_arguments<float*> a = arguments<I>(m);
    pass const own = Block::template pass_of<I>(m.p);
    bool const below = lowest < places.mask_layer[I];  // somebody there wants a gradient
    if constexpr (places.layers[I].parameters > 0) {
      if (!own.layers.empty()) {
        float const most = layer_at<I>::template gradient_bound<shape_at<I>>(own, a);
        if (most > bound || most != most) bound = most;  // NaN wins and stays
      }
    }
    if constexpr (I > 0) {
      if (!below) return;
      layer_at<I>::template backward<shape_at<I>>(own, a);
      run_back<I - 1>(m, lowest, bound);
    }
  }

  template <std::size_t I>
  static void part_of(memory const& m, std::size_t tensor, std::size_t& first, std::size_t begin,
                      std::size_t count, float* to) noexcept {
    if constexpr (places.layers[I].tensors > 0) {
      std::size_t const own = tensor - first;  // wraps where it is one of those before
      first += places.layers[I].tensors;
      if (own < places.layers[I].tensors)
        layer_at<I>::template gradient_part<shape_at<I>>(Block::template pass_of<I>(m.p),
                                                         arguments<I>(m), own, begin, count, to);
    }
  }
};

template <std::size_t... Extents, class... L>
block<0, shape<Extents...>, L...> block_of(sequential<shape<Extents...>, L...> const*);

}  // namespace detail

/// The gradient of a network that is never there as a whole: after a backward pass that leaves
/// every layer's dy in the arena, whoever wants a part of it asks.
///
/// For networks whose layers with parameters have
///     L::gradient_bound<X>(pass, backward_arguments)   a bound on their gradient
///     L::gradient_part<X>(pass, backward_arguments, tensor, begin, count, to)
/// such as linear. Elements have the bits that Network::backward gives them.
template <class Network>
class gradient_parts {
  using parts = detail::parts_of_block<decltype(detail::block_of(static_cast<Network*>(nullptr)))>;

 public:
  /// Whether every layer with parameters can be asked.
  static constexpr bool possible = parts::possible;
  /// Most elements that are asked for at a time.
  static constexpr std::size_t most = 256;
  /// Elements of an arena in which forward and this backward run.
  [[nodiscard]] static constexpr std::size_t arena_size(std::size_t capacity) noexcept {
    return std::max(Network::arena_size(capacity), parts::arena_size(capacity));
  }

  /// After forward with the same pass, parameters, input and arena, which must stay as they are
  /// while parts are asked for; but of a tensor that was asked for last the parameters may change.
  /// @param dy  [rows, outputs] dL/d output
  /// @param to  `most` elements: where the parts are put
  gradient_parts(pass const& p, float const* theta, float const* x, float* arena, float const* dy,
                 float* to) noexcept
      : memory_{parts::with_room(p, arena), theta, x, arena, dy},
        to_(to),
        bound_(parts::run(memory_)) {}

  /// A bound on the magnitude of the gradient of the layers that learn; infinity or NaN if not
  /// known to be finite.
  [[nodiscard]] float bound() const noexcept { return bound_; }

  /// Elements begin ... begin + count of tensor i, until the next call.
  /// @pre count is at most `most`, and the tensor's layer is one that learns
  [[nodiscard]] float const* operator()(std::size_t i, std::size_t begin,
                                        std::size_t count) const noexcept {
    parts::part(memory_, i, begin, count, to_);
    return to_;
  }

 private:
  typename parts::memory memory_;
  float* to_;
  float bound_;
};

}  // namespace halo::nn
