// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include <halo/core/layer_mask.hpp>
#include <halo/nn/block.hpp>
#include <halo/nn/forward_walk.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/parts_plan.hpp>
#include <halo/nn/plan.hpp>

namespace halo::nn::detail {

/// Backward of a block after which parts of its gradient may be asked for, and the forward pass
/// before it, by a plan of its own.
template <class Block, bool Recomputes>
class parts_of_block {
  static constexpr std::size_t count = Block::count;
  template <std::size_t I>
  using layer_at = typename Block::template layer_at<I>;
  template <std::size_t I>
  using shape_at = typename Block::template shape_at<I>;

 public:
  static constexpr parts_plan<count> plan = []<std::size_t... I>(std::index_sequence<I...>) {
    return make_parts_plan<count>(
        Block::places,
        {parts_traits{hands_out<layer_at<I>, shape_at<I>> && !Block::template fused_back<I>,
                      writes_dx_last<layer_at<I>>(), is_relu<layer_at<I>>()}...},
        Recomputes);
  }(std::make_index_sequence<count>());

 private:
  static constexpr nn::detail::plan<count> places =
      plan.places;  // an object: clang takes no part of one
  static constexpr layer_sizes sizes = places.all;
  using walk = forward_walk<Block, places>;

  [[nodiscard]] static constexpr std::size_t kept_place(std::size_t capacity) noexcept {
    return (sizes.memory + sizes.outputs + sizes.scratch) * capacity + sizes.fixed_scratch;
  }
  [[nodiscard]] static constexpr std::size_t signs_place(std::size_t capacity) noexcept {
    return kept_place(capacity) + plan.kept_size;
  }

 public:
  /// Whether something is handed out in parts, so that it is worth it; running statistics are
  /// estimated in the place of a whole gradient.
  static constexpr bool possible =
      std::find(plan.out.begin(), plan.out.end(), true) != plan.out.end() && sizes.statistics == 0;

  [[nodiscard]] static constexpr std::size_t arena_size(std::size_t capacity) noexcept {
    return signs_place(capacity) + (plan.signs * capacity + 31) / 32 + sizes.room_floats(capacity);
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

  /// The network on x; returns where its output lies.
  static float* forward(memory const& m) noexcept {
    float* const y = m.arena + sizes.memory * m.p.capacity;
    walk::template run<0>(
        m.p, forward_arguments<float*>{m.theta, m.x, y, m.arena, y + sizes.outputs * m.p.capacity});
    return y;
  }

  /// Every dx that something selected below needs, and the gradients that are kept; a bound on the
  /// selected gradient.
  [[nodiscard]] static float run(memory const& m) noexcept {
    std::size_t const lowest = (m.p.layers & layer_mask::all(Block::sizes.mask_layers)).lowest();
    float bound = 0;
    if (lowest >= Block::sizes.mask_layers) return bound;
    run_back<count - 1>(m, m.dy, lowest, bound);
    if constexpr (plan.again) {
      if (covered(lowest)) forward(m);
    }
    return bound;
  }

  /// Elements begin ... begin + n of the gradient of tensor i.
  [[nodiscard]] static float const* part(memory const& m, std::size_t i, std::size_t begin,
                                         std::size_t n, float* to) noexcept {
    float const* found = to;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      std::size_t first = 0;
      (part_of<I>(m, i, first, begin, n, to, found), ...);
    }(std::make_index_sequence<count>());
    return found;
  }

 private:
  /// Whether a dx lies on top of activations where layers from `lowest` on learn.
  [[nodiscard]] static constexpr bool covered(std::size_t lowest) noexcept {
    for (std::size_t i = 0; i < count; ++i)
      if (plan.on_x[i] && lowest < places.mask_layer[i]) return true;
    return false;
  }
  template <std::size_t I>
  [[nodiscard]] static float* delta(memory const& m) noexcept {
    std::size_t const block = plan.on_x[I] ? 0 : sizes.memory + sizes.outputs;
    return m.arena + (block + places.delta[I]) * m.p.capacity;
  }
  /// The gradient of layer I, where it is kept.
  template <std::size_t I>
  [[nodiscard]] static float* kept(memory const& m) noexcept {
    return m.arena + kept_place(m.p.capacity) + plan.kept[I];
  }
  [[nodiscard]] static std::uint32_t* signs(memory const& m) noexcept {
    return reinterpret_cast<std::uint32_t*>(m.arena + signs_place(m.p.capacity));
  }

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
    if constexpr (I + 1 < count) a.dy = delta<I + 1>(m);
    a.scratch = walk::template scratch_of<I>(p, scratch);
    return a;
  }

  /// Backward of layer I, where Through together with that of the layer behind it, and of all
  /// below.
  template <std::size_t I, bool Through = false>
  static void run_back(memory const& m, float const* dy, std::size_t lowest,
                       float& bound) noexcept {
    if constexpr (I > 0 && !Through) {
      if constexpr (Block::template fused_back<I - 1>)
        return run_back<I - 1, true>(m, dy, lowest, bound);
    }
    using here = layer_at<I>;
    backward_arguments<float*> a = arguments<I>(m);
    a.dy = dy;
    pass const own = Block::template pass_of<I>(m.p);
    bool const below = lowest < places.mask_layer[I];  // somebody there wants a gradient
    bool const learns = places.layers[I].mask_layers > 0 && !own.layers.empty();
    if constexpr (I > 0) {
      if (below) a.dx = delta<I>(m);
    }
    float most = 0;
    if constexpr (plan.out[I]) {
      if (learns) most = here::template gradient_bound<shape_at<I>>(own, a);
    } else if (learns) {
      a.gradient = kept<I>(m);
    }
    if (a.dx != nullptr && plan.by_sign[I])
      take_signs(own.rows * places.layers[I].inputs, a.x, signs(m));
    if constexpr (Through) {
      most = here::template backward_activated<shape_at<I>>(own, a,
                                                            typename layer_at<I + 1>::function{});
    } else if constexpr (plan.on_x[I] && is_relu<here>()) {
      if (a.dx != nullptr) slope_by_signs(own.rows * places.layers[I].inputs, signs(m), a.dx);
    } else if (a.dx != nullptr || a.gradient != nullptr) {
      if constexpr (std::is_void_v<decltype(here::template backward<shape_at<I>>(own, a))>) {
        here::template backward<shape_at<I>>(own, a);
        if (a.gradient != nullptr) most = std::numeric_limits<float>::infinity();
      } else {
        float const written = here::template backward<shape_at<I>>(own, a);
        if (a.gradient != nullptr) most = written;
      }
    }
    if (most > bound || most != most) bound = most;  // NaN wins and stays
    if constexpr (I > 0) {
      if (below) run_back<I - 1>(m, a.dx, lowest, bound);
    }
  }

  template <std::size_t I>
  static void part_of(memory const& m, std::size_t tensor, std::size_t& first, std::size_t begin,
                      std::size_t n, float* to, float const*& found) noexcept {
    if constexpr (places.layers[I].tensors > 0) {
      std::size_t const own = tensor - first;  // wraps where it is one of those before
      first += places.layers[I].tensors;
      if (own >= places.layers[I].tensors) return;
      if constexpr (plan.out[I]) {
        layer_at<I>::template gradient_part<shape_at<I>>(Block::template pass_of<I>(m.p),
                                                         arguments<I>(m), own, begin, n, to);
      } else {
        found = kept<I>(m) + begin;
        for (std::size_t k = 0; k < own; ++k)
          found += layer_at<I>::template tensors<shape_at<I>>[k].count();
      }
    }
  }
};

}  // namespace halo::nn::detail

#include <halo/macros_back.hpp>
