// SPDX-License-Identifier: BSD-3-Clause
#pragma once

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

}  // namespace halo::nn::detail
