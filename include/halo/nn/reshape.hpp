// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/nn/layer.hpp>
#include <halo/simd/transform.hpp>

namespace halo::nn {

/// Any shape → another of that many elements, in the same order: reshape<64, 1> reads 64 channels
/// as a sequence. Costs neither time nor memory.
template <std::size_t... Extents>
struct reshape : stateless_layer {
  static constexpr char const* kind = "reshape";
  template <class X>
  static constexpr bool accepts = X::size == shape<Extents...>::size;
  template <class X>
  using output = shape<Extents...>;
  static constexpr bool elementwise = true;
  static constexpr bool transparent = true;
  static constexpr bool needs_input = false;
  static constexpr bool needs_output = false;

  template <class X, class C, class P>
  static void forward(pass const& p, C, C x, P y, P) noexcept {
    copy(p.rows * X::size, x, y);
  }
  template <class X, class P>
  static void backward(pass const& p, backward_arguments<P> const& a) noexcept {
    if (a.dx) copy(p.rows * X::size, simd::const_of<P>(a.dy), a.dx);
  }

 private:
  template <class C, class P>
  static void copy(std::size_t n, C x, P y) noexcept {
    if (x == C(y)) return;
    simd::for_each_chunk<simd::scalar_of<P>>(n, [=](auto chunk) { chunk.store(y, chunk.load(x)); });
  }
};
static_assert(layer<reshape<6, 1>, shape<2, 3>>);

}  // namespace halo::nn
