// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <halo/nn/layer_check.hpp>

namespace halo::nn::detail {

/// Says what is wrong with layer I of a chain.
template <std::size_t I, class L, class X, mistake M>
struct complaint {
  static_assert(
      M != mistake::network,
      "halo: sequential: a network is no layer of another: write its layers in its place");
  static_assert(
      M != mistake::no_layer,
      "halo: layer: L is no layer: `accepts<X>`, whether examples of shape X fit, is missing");
  static_assert(M != mistake::shape,
                "halo: sequential: layer I does not accept the shape X that the layer before it "
                "gives (I, the layer L and X stand in the note beside this)");
  static_assert(M != mistake::output,
                "halo: layer: `output<X>`, the shape<...> of an output example, is missing");
  static_assert(
      M != mistake::tensors,
      "halo: layer: `tensors<X>` is missing: a std::array of tensor_spec, its parameters, "
      "constexpr (nn::stateless_layer has none)");
  static_assert(
      M != mistake::tensor,
      "halo: layer: a tensor of `tensors<X>` has a name of its own of 1 to 20 letters, at "
      "most four axes and at least one element");
  static_assert(M != mistake::memory,
                "halo: layer: `memory<X>` is missing: how many elements an example forward keeps "
                "for backward, a constexpr whole number (nn::stateless_layer has none)");
  static_assert(M != mistake::operations,
                "halo: layer: `operations<X>` is missing: multiply-adds of forward an example, "
                "a constexpr whole number (nn::stateless_layer counts none)");
  static_assert(M != mistake::kind,
                "halo: layer: `kind`, a word for summaries, is missing or not constexpr");
  static_assert(M != mistake::elementwise,
                "halo: layer: `elementwise` is missing: whether y may lie on top of x, and dx of "
                "dy, a constexpr bool");
  static_assert(
      M != mistake::needs_input,
      "halo: layer: `needs_input` is missing: whether backward reads x, a constexpr bool");
  static_assert(
      M != mistake::needs_output,
      "halo: layer: `needs_output` is missing: whether backward reads y, a constexpr bool");
  static_assert(M != mistake::forward,
                "halo: layer: `forward` is missing or takes something else than forward<X>(pass "
                "const& p, C theta, C x, P y, P memory) with C = simd::const_of<P>");
  static_assert(M != mistake::backward,
                "halo: layer: `backward` is missing or takes something else than backward<X>(pass "
                "const& p, backward_arguments<P> const& a)");
  static_assert(
      M != mistake::bound,
      "halo: layer: `backward` returns nothing, or a bound on the gradient that it wrote, "
      "a float");
  static_assert(M != mistake::name,
                "halo: layer: a member has almost the name of one that a layer may have: scratch, "
                "fixed_scratch, transparent, statistics, observe, keep_rows, forward_activated, "
                "backward_activated, describe, room, room_of_few, gradient_bound, gradient_part");
  static_assert(M != mistake::scratch,
                "halo: layer: `scratch<X>` is a number: elements of work space an example");
  static_assert(M != mistake::fixed_scratch,
                "halo: layer: `fixed_scratch<X>` is a number: elements of work space in all");
  static_assert(M != mistake::no_scratch,
                "halo: layer: `forward` takes work space, and neither `scratch<X>` nor "
                "`fixed_scratch<X>` says how much");
  static_assert(
      M != mistake::room,
      "halo: layer: `room<X>` and `room_of_few<X>` are numbers: bytes that a pass finds in "
      "pass.room");
  static_assert(M != mistake::transparent, "halo: layer: `transparent` is true or false");
  static_assert(M != mistake::statistics,
                "halo: layer: `statistics<X>` is a std::array of tensor_spec, as `tensors<X>` is");
  static_assert(M != mistake::observe,
                "halo: layer: `observe` is bool observe<X>(pass const& p, T const* memory, float* "
                "running) of a layer with `statistics<X>`");
  static_assert(
      M != mistake::unobserved,
      "halo: layer: `statistics<X>` need a bool observe<X>(pass const& p, T const* memory, "
      "float* running) that moves them");
  static_assert(
      M != mistake::keep_rows,
      "halo: layer: `keep_rows` is keep_rows<X>(std::size_t rows, std::uint32_t const* kept, "
      "std::size_t count, T* memory)");
  static_assert(
      M != mistake::activated,
      "halo: layer: `forward_activated` is forward_activated<X>(pass const& p, C theta, C "
      "x, P y, F f), with P memory before f where there is some");
  static_assert(M != mistake::activated_back,
                "halo: layer: `backward_activated` is backward_activated<X>(pass const& p, "
                "backward_arguments<P> const& a, F f) of a layer with `forward_activated`");
  static_assert(M != mistake::describe,
                "halo: layer: `describe` is static constexpr void describe(auto&& f)");
};

/// Whether both passes of a layer run on P.
template <class L, class X, class P>
struct runs {
  static_assert(
      runs_forward<L, X, P> && runs_backward<L, X, P>,
      "halo: layer: `forward` or `backward` cannot be called on P (in the note beside "
      "this); templates over the pointer-like P run on float*, double* and planes of dual "
      "numbers");
  static constexpr bool checked = true;
};
/// Whether what it has kept can be that of some rows.
template <class L, class X>
struct brings_rows_together {
  static_assert(
      keeps_rows<L, X>,
      "halo: layer: backward on some of the examples needs keep_rows<X>(std::size_t rows, "
      "std::uint32_t const* kept, std::size_t count, T* memory) of a layer with "
      "`memory<X>`; or use a policy that keeps them all, such as optim::selection");
  static constexpr bool checked = true;
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
  static constexpr mistake wrong = mistake_of<First, X>();
  static constexpr bool fits = wrong == mistake::none;
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
  static_assert(sizeof(complaint<I, First, X, wrong>) > 0);
};

}  // namespace halo::nn::detail

#include <halo/macros_back.hpp>
