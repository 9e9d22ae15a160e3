// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <halo/core/layer_mask.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/layer_traits.hpp>

namespace halo::nn::detail {

/// What a step on a mask takes of the layers of a block.
template <class Block>
struct block_cost {
  template <std::size_t I>
  using layer_at = typename Block::template layer_at<I>;
  template <std::size_t I>
  using shape_at = typename Block::template shape_at<I>;
  static constexpr std::size_t count = Block::count;

  /// Calls f with the layer_cost of each layer, composite ones before those they are made of;
  /// below: dL/dx of the block is wanted as well.
  template <class F>
  static constexpr void each(layer_mask mask, bool below, F& f) {
    wishes const w{mask, below};
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (tell_of<I>(w.of(I), w.data(I), f), ...);
    }(std::make_index_sequence<count>());
  }

  /// Multiply-adds per example of a backward pass: a walk through a table, since a step asks.
  [[nodiscard]] static constexpr std::uint64_t backward_operations(layer_mask mask,
                                                                   bool below) noexcept {
    wishes const w{mask, below};
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < count; ++i) n += table[i].run(!w.of(i).empty(), w.data(i));
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((n += inside<I>(w.of(I), w.data(I))), ...);
    }(std::make_index_sequence<count>());
    return n;
  }

 private:
  /// Which layers learn, and for which dL/dx is wanted: those above the lowest of them.
  struct wishes {
    layer_mask mask;
    bool below;
    std::size_t lowest = (mask & layer_mask::all(Block::sizes.mask_layers)).lowest();

    [[nodiscard]] constexpr layer_mask of(std::size_t i) const noexcept {
      return mask.slice(Block::places.mask_layer[i], Block::places.layers[i].mask_layers);
    }
    [[nodiscard]] constexpr bool data(std::size_t i) const noexcept {
      return below || lowest < Block::places.mask_layer[i];
    }
  };

  /// Of each layer that is not made of layers; zeros for one that is.
  static constexpr std::array<backward_counts, count> table =
      []<std::size_t... I>(std::index_sequence<I...>) {
        auto const counts_at = [](auto i) consteval {
          if constexpr (composite<layer_at<i>, shape_at<i>>)
            return backward_counts();
          else
            return backward_counts(costs_of<layer_at<i>, shape_at<i>>());
        };
        return std::array<backward_counts, count>{
            counts_at(std::integral_constant<std::size_t, I>{})...};
      }(std::make_index_sequence<count>());

  /// Multiply-adds of the layers that layer I is made of.
  template <std::size_t I>
  [[nodiscard]] static constexpr std::uint64_t inside([[maybe_unused]] layer_mask own,
                                                      [[maybe_unused]] bool below) noexcept {
    std::uint64_t n = 0;
    if constexpr (composite<layer_at<I>, shape_at<I>>) {
      layer_at<I>::template each_cost<shape_at<I>>(
          own, below, [&](layer_cost const& l) { n += backward_counts(l.passes).run(true, true); });
    }
    return n;
  }

  /// Tells f what layer I takes; below: dL/dx of it is wanted. Where one layer applies the next
  /// one's function to its own numbers, the next one moves none.
  template <std::size_t I, class F>
  static constexpr void tell_of(layer_mask own, bool below, F& f) {
    using here = layer_at<I>;
    auto const tell = [&](layer_cost l) {
      l.path = l.path.below(Block::first + I);
      f(l);
    };
    if constexpr (composite<here, shape_at<I>>) {
      here::template each_cost<shape_at<I>>(own, below, tell);
    } else {
      pass_costs c = passes_run(costs_of<here, shape_at<I>>(), !own.empty(), below);
      if constexpr (I > 0) {
        if (Block::template fused<I - 1>) c.forward = unmoved(c.forward);
        if (Block::template fused_back<I - 1>)
          c.back = unmoved(c.back), c.to_data = unmoved(c.to_data);
      }
      tell({here::kind, {}, c, product_of<here, shape_at<I>>()});
    }
  }
};

}  // namespace halo::nn::detail

#include <halo/macros_back.hpp>
