// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include <halo/kernel/sum.hpp>
#include <halo/nn/block.hpp>
#include <halo/nn/composite.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn {

/// The layers of a shortcut that is not the identity.
template <class... L>
struct projection : detail::composite_of<projection<L...>, L...> {
  static_assert(sizeof...(L) > 0, "halo: projection: at least one layer");
  static constexpr char const* kind = "projection";
};

namespace detail {

template <class A, class B>
[[nodiscard]] consteval bool adds_up() {
  static_assert(
      std::same_as<A, B>,
      "halo: residual: the layers give another shape than the shortcut, so the two cannot "
      "be added; a residual<projection<...>, ...> brings its input to the right shape");
  return std::same_as<A, B>;
}

/// A residual layer whose shortcut is S, one layer, or nothing.
template <class Self, class S, class... L>
struct residual_of {
  static constexpr bool identity = std::same_as<S, void>;
  template <class X>
  using side = std::conditional_t<identity, empty_block<X>, block<0, X, S>>;
  template <class X>
  using main = block<identity ? 0 : 1, X, L...>;

  template <class X>
  using output = typename main<X>::output;

  /// Where backward of the layers reads their own output, not the sum, it is kept.
  template <class X>
  static constexpr bool keeps = main<X>::sizes.needs_output;
  /// A place for the shortcut's output on the way there, for its dx on the way back.
  template <class X>
  static constexpr std::size_t place = identity ? 0 : std::max(output<X>::size, X::size);

  template <class X>
  static constexpr bool accepts = X::size > 0 &&
                                  adds_up<typename main<X>::output, typename side<X>::output>();
  template <class X>
  static constexpr std::array<tensor_spec, side<X>::sizes.tensors + main<X>::sizes.tensors>
      tensors = joined(side<X>::tensors, main<X>::tensors, side<X>::sizes.mask_layers);
  template <class X>
  static constexpr std::array<tensor_spec,
                              side<X>::sizes.statistic_tensors + main<X>::sizes.statistic_tensors>
      statistics = joined(side<X>::statistics, main<X>::statistics, side<X>::sizes.mask_layers);
  template <class X>
  static constexpr std::array<layer_row, 1 + side<X>::sizes.rows + main<X>::sizes.rows> rows =
      joined(joined(std::array{layer_row{Self::kind, output<X>::size}}, side<X>::rows),
             main<X>::rows);
  template <class X>
  static constexpr void describe_layers(auto&& f) {
    side<X>::describe(f);
    main<X>::describe(f);
  }
  template <class X>
  static constexpr std::size_t memory =
      side<X>::sizes.memory + main<X>::sizes.memory + (keeps<X> ? output<X>::size : 0);
  template <class X>
  static constexpr std::size_t scratch =
      place<X> + std::max(side<X>::sizes.scratch, main<X>::sizes.scratch);
  template <class X>
  static constexpr std::size_t fixed_scratch =
      std::max(side<X>::sizes.fixed_scratch, main<X>::sizes.fixed_scratch);
  template <class X>
  static constexpr std::size_t room = std::max(side<X>::sizes.room, main<X>::sizes.room);
  template <class X>
  static constexpr std::size_t room_of_few =
      std::max(side<X>::sizes.room_of_few, main<X>::sizes.room_of_few);
  template <class X>
  static constexpr std::size_t operations = side<X>::sizes.operations + main<X>::sizes.operations;
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = true;
  static constexpr bool needs_output = false;

  /// Tells f of the sums of both ways and of each layer.
  template <class X, class F>
  static constexpr void each_cost(layer_mask mask, bool below, F&& f) {
    pass_costs own;
    own.forward.each = {0, 0, 2 * output<X>::size, output<X>::size};
    own.to_data.each = {0, 0, 2 * X::size, X::size};
    f(layer_cost{.kind = Self::kind, .passes = passes_run(own, false, below)});
    if constexpr (!identity) side<X>::each_cost(side_part<X>(mask), below, f);
    main<X>::each_cost(main_part<X>(mask), below, f);
  }

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P memory, P scratch_place = {}) noexcept {
    std::size_t const n = p.rows * output<X>::size;
    P const out = keeps<X> ? kept_output<X>(p, memory) : y;
    P const free = scratch_place + place<X> * p.capacity;
    main<X>::template forward<P>(main_pass<X>(p), {theta + side<X>::sizes.parameters, x, out,
                                                   main_memory<X>(p, memory), free});
    if constexpr (identity) {
      kernel::sum(n, C(out), x, y);
    } else {
      side<X>::template forward<P>(side_pass<X>(p), {theta, x, scratch_place, memory, free});
      kernel::sum(n, C(out), C(scratch_place), y);
    }
  }

  /// dx = dx of the layers + dx of the shortcut. Each part runs only where something in it is
  /// selected or dx is wanted.
  template <class X, class P>
  static simd::scalar_of<P> backward(pass const& p, backward_arguments<P> const& a) noexcept {
    using C = simd::const_of<P>;
    std::size_t const n = p.rows * X::size;
    backward_arguments<P> part = a;
    part.scratch = a.scratch + place<X> * p.capacity;
    part.theta = a.theta + side<X>::sizes.parameters;
    part.memory = main_memory<X>(p, a.memory);
    part.y = kept_output<X>(p, a.memory);
    if (a.gradient) part.gradient = a.gradient + side<X>::sizes.parameters;
    auto bound = main<X>::template backward<P>(main_pass<X>(p), part);
    if constexpr (identity) {
      if (a.dx) kernel::sum(n, C(a.dx), C(a.dy), a.dx);
    } else {
      part.theta = a.theta;
      part.memory = a.memory;
      part.gradient = a.gradient;
      part.dx = a.dx ? a.scratch : P{};
      auto const most = side<X>::template backward<P>(side_pass<X>(p), part);
      if (most > bound || most != most) bound = most;
      if (a.dx) kernel::sum(n, C(a.dx), C(a.scratch), a.dx);
    }
    return bound;
  }

  template <class X, class T>
  static void keep_rows(pass const& p, std::uint32_t const* kept, std::size_t n,
                        T* memory) noexcept {
    if constexpr (!identity) side<X>::keep_rows(p, kept, n, memory);
    main<X>::keep_rows(p, kept, n, main_memory<X>(p, memory));
    if constexpr (keeps<X>) move_rows(output<X>::size, kept, n, kept_output<X>(p, memory));
  }

  template <class X, class T>
  static bool observe(pass const& p, T const* memory, float* running) noexcept {
    bool finite = true;
    if constexpr (!identity) finite = side<X>::observe(side_pass<X>(p), memory, running);
    if (running != nullptr) running += side<X>::sizes.statistics;
    return main<X>::observe(main_pass<X>(p), main_memory<X>(p, memory), running) && finite;
  }

 private:
  template <class X>
  static constexpr layer_mask side_part(layer_mask mask) noexcept {
    return mask.slice(0, side<X>::sizes.mask_layers);
  }
  template <class X>
  static constexpr layer_mask main_part(layer_mask mask) noexcept {
    return mask.slice(side<X>::sizes.mask_layers, main<X>::sizes.mask_layers);
  }
  template <class X>
  static pass side_pass(pass p) noexcept {
    p.layers = side_part<X>(p.layers);
    return inside(p);
  }
  template <class X>
  static pass main_pass(pass p) noexcept {
    p.layers = main_part<X>(p.layers);
    if (p.statistics != nullptr) p.statistics += side<X>::sizes.statistics;
    return inside(p, side<X>::sizes.rows);
  }
  template <class X, class P>
  static P main_memory(pass const& p, P memory) noexcept {
    return memory + side<X>::sizes.memory * p.capacity;
  }
  template <class X, class P>
  static P kept_output(pass const& p, P memory) noexcept {
    return main_memory<X>(p, memory) + main<X>::sizes.memory * p.capacity;
  }
};

}  // namespace detail

/// Layers with a shortcut around them [He et al. 2016], y = f(x) + x: any shape that they give
/// back.
///
/// A layer made of layers: each with parameters is one of a layer_mask, under its own name
/// ("3.1.weight"). A residual<projection<S...>, L...> has y = f(x) + s(x), the layers of s at
/// position 0; they count as lower than those of f.
///
///     residual<batch_norm, relu, conv2d<16, 3>, batch_norm, relu, conv2d<16, 3>>
///     residual<projection<conv2d<32, 1, 2>>, conv2d<32, 3, 2>, relu, conv2d<32, 3>>
template <class... L>
struct residual : detail::residual_of<residual<L...>, void, L...> {
  static_assert(sizeof...(L) > 0, "halo: residual: at least one layer beside the shortcut");
  static constexpr char const* kind = "residual";
};
/// With layers in the shortcut, for a branch that changes the shape.
template <class... S, class... L>
struct residual<projection<S...>, L...>
    : detail::residual_of<residual<projection<S...>, L...>, projection<S...>, L...> {
  static_assert(sizeof...(L) > 0, "halo: residual: at least one layer beside the shortcut");
  static constexpr char const* kind = "residual";
};

}  // namespace halo::nn

#include <halo/macros_back.hpp>
