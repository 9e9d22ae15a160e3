// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>

#include <halo/nn/chain.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/layer_traits.hpp>
#include <halo/nn/plan.hpp>

namespace halo::nn::detail {

/// The forward pass of a block whose numbers lie as a plan says: its own, which keeps what backward
/// needs, or that without backward.
template <class Block, auto const& Places>
struct forward_walk {
  template <std::size_t I>
  using layer_at = typename Block::template layer_at<I>;
  template <std::size_t I>
  using shape_at = typename Block::template shape_at<I>;

  /// The output of layer I.
  template <std::size_t I, class P>
  static P output_of(pass const& p, P y, P memory) noexcept {
    if constexpr (Places.in_y[I])
      return y;
    else
      return memory + Places.output[I] * p.capacity;
  }
  /// x of layer I: the block's for the first, else the output of the layer before.
  template <std::size_t I, class C>
  static C input_of(pass const& p, C x, C y, C memory) noexcept {
    if constexpr (I == 0)
      return x;
    else
      return output_of<I - 1>(p, y, memory);
  }
  template <std::size_t I, class P>
  static P memory_of(pass const& p, P all) noexcept {
    return place_in(all, Places.layers[I].memory, Places.memory[I] * p.capacity);
  }
  template <std::size_t I, class P>
  static P scratch_of(pass const& p, P all) noexcept {
    return place_in(all, Places.layers[I].scratch + Places.layers[I].fixed_scratch,
                    Places.inner * p.capacity);
  }

  /// Layer I and all behind it.
  template <std::size_t I, class P>
  static void run(pass const& p, forward_arguments<P> const& a) noexcept {
    if constexpr (I < Block::count) {
      using C = simd::const_of<P>;
      using here = layer_at<I>;
      C const theta = a.theta + Places.parameter[I];
      C const x = input_of<I, C>(p, a.x, a.y, a.memory);
      P const y = output_of<I>(p, a.y, a.memory);
      P const memory = memory_of<I>(p, a.memory);
      pass const own = Block::template pass_of<I>(p);
      static_assert(runs<here, shape_at<I>, P>::checked);
      if constexpr (Block::template fused<I>) {
        typename layer_at<I + 1>::function const f{};
        if constexpr (Places.layers[I].memory > 0)
          here::template forward_activated<shape_at<I>>(own, theta, x, y, memory, f);
        else
          here::template forward_activated<shape_at<I>>(own, theta, x, y, f);
        run<I + 2>(p, a);
      } else {
        if constexpr (scratching<here, shape_at<I>>)
          here::template forward<shape_at<I>>(own, theta, x, y, memory,
                                              scratch_of<I>(p, a.scratch));
        else
          here::template forward<shape_at<I>>(own, theta, x, y, memory);
        run<I + 1>(p, a);
      }
    }
  }
};

}  // namespace halo::nn::detail

#include <halo/macros_back.hpp>
