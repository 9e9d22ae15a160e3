// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include <halo/nn/block.hpp>
#include <halo/nn/composite.hpp>
#include <halo/nn/layer.hpp>

namespace halo::nn {

namespace detail {

template <std::size_t Statistics>
[[nodiscard]] consteval bool keeps_none() {
  static_assert(Statistics == 0,
                "halo: checkpointed: batch_norm wants its statistics kept until the step is done; "
                "leave it outside, or use group_norm (and quantised with the mini-batch's ranges)");
  return Statistics == 0;
}

}  // namespace detail

/// Layers that keep nothing but their input: backward runs them forward again [Chen et al. 2016,
/// "Training deep nets with sublinear memory cost"].
///
/// Same bits as without, for one more forward pass; what they would have kept lies in the scratch
/// that all layers share.
///
///     sequential<conv2d<16, 3>, checkpointed<relu, conv2d<16, 3>, relu, conv2d<16, 3>>, ...>
template <class... L>
struct checkpointed : detail::composite_of<checkpointed<L...>, L...> {
  static_assert(sizeof...(L) > 0, "halo: checkpointed: at least one layer");
  static constexpr char const* kind = "checkpointed";
  template <class X>
  using inner = detail::block<0, X, L...>;
  template <class X>
  static constexpr bool accepts = X::size > 0 && detail::keeps_none<inner<X>::sizes.statistics>();
  template <class X>
  static constexpr std::size_t memory = 0;
  template <class X>
  static constexpr std::size_t scratch =
      inner<X>::sizes.memory + inner<X>::output::size + inner<X>::sizes.scratch;

  /// Tells f of each layer; where backward runs, forward runs once more before it.
  template <class X, class F>
  static constexpr void each_cost(layer_mask mask, bool below, F&& f) {
    bool const runs = below || !(mask & layer_mask::all(inner<X>::sizes.mask_layers)).empty();
    f(layer_cost{.kind = kind});
    inner<X>::each_cost(mask, below, [&](layer_cost l) {
      if (runs) l.passes.back += l.passes.forward;
      f(l);
    });
  }

  template <class X, class C, class P>
  static void forward(pass const& p, C theta, C x, P y, P, P scratch_place = {}) noexcept {
    inner<X>::template forward<P>(detail::inside(p),
                                  {theta, x, y, scratch_place, free_in<X>(p, scratch_place)});
  }
  template <class X, class P>
  static simd::scalar_of<P> backward(pass const& p, backward_arguments<P> a) noexcept {
    P const y = a.scratch + inner<X>::sizes.memory * p.capacity, memory = a.scratch;
    a.scratch = free_in<X>(p, memory);
    inner<X>::template forward<P>(detail::inside(p), {a.theta, a.x, y, memory, a.scratch});
    a.memory = memory;
    a.y = y;
    return inner<X>::template backward<P>(detail::inside(p), a);
  }
  /// Rows that run forward again need nothing that was kept.
  template <class X, class T>
  static void keep_rows(pass const&, std::uint32_t const*, std::size_t, T*) noexcept {}

 private:
  template <class X, class P>
  static P free_in(pass const& p, P scratch_place) noexcept {
    return scratch_place + (inner<X>::sizes.memory + inner<X>::output::size) * p.capacity;
  }
};

}  // namespace halo::nn
