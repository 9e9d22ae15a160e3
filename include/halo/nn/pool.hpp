// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/kernel/pool.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/describe.hpp>
#include <halo/nn/layer.hpp>
#include <halo/nn/window.hpp>

namespace halo::nn {

namespace detail {

template <bool Fits>
[[nodiscard]] consteval bool pools() {
  static_assert(Fits, "halo: pool: the window is larger than its padded input");
  return Fits;
}

/// What max_pool and average_pool share.
template <class L, window Kernel, window Stride, padding Padding>
struct pooling : stateless_layer {
  static_assert(Kernel.size() * Stride.size() > 0, "halo: pool: window and stride are at least 1");
  template <class X>
  static constexpr kernel::pool_geometry geometry{
      axis_of(X::extents[0], Kernel.height, Stride.height, Padding),
      axis_of(X::extents[1], Kernel.width, Stride.width, Padding), X::extents[2]};
  template <class X>
  static constexpr bool accepts = [] {
    if constexpr (X::rank == 3 && X::size > 0) return pools<(geometry<X>.output_size() > 0)>();
    return false;
  }();
  template <class X>
  using output = shape<geometry<X>.y.out, geometry<X>.x.out, X::extents[2]>;
  template <class X>
  static constexpr pass_costs costs =
      costs_by_size<L, X>(geometry<X>.y.seen() * geometry<X>.x.seen() * X::extents[2]);
  static constexpr void describe(auto&& f) {
    describe_window("window", Kernel, f);
    describe_window("stride", Stride, f);
    f.constant("padding", Padding);
  }
  static constexpr bool elementwise = false;
  static constexpr bool needs_output = false;
};

}  // namespace detail

/// The largest number of each window, [H, W, C] → [H', W', C]: max_pool<2> halves height and width.
///
/// The gradient goes to the first of equals, found again in the input: no memory.
template <window Kernel, window Stride = Kernel, padding Padding = padding::valid>
struct max_pool : detail::pooling<max_pool<Kernel, Stride, Padding>, Kernel, Stride, Padding> {
  static constexpr char const* kind = "max pool";
  static constexpr bool needs_input = true;

  template <class X, class C, class P>
  static void forward(pass const& p, C, C x, P y, P) noexcept {
    kernel::max_pool_forward(p.rows, max_pool::template geometry<X>, x, y);
  }
  template <class X, class P>
  static void backward(pass const& p, backward_arguments<P> const& a) noexcept {
    if (!a.dx) return;
    kernel::max_pool_backward(p.rows, max_pool::template geometry<X>, a.x, simd::const_of<P>(a.dy),
                              a.dx);
  }
};
static_assert(layer<max_pool<2>, shape<4, 4, 3>>);

/// The mean of each window, [H, W, C] → [H', W', C]. Padding does not count, as in TensorFlow.
template <window Kernel, window Stride = Kernel, padding Padding = padding::valid>
struct average_pool
    : detail::pooling<average_pool<Kernel, Stride, Padding>, Kernel, Stride, Padding> {
  static constexpr char const* kind = "average pool";
  static constexpr bool needs_input = false;

  template <class X, class C, class P>
  static void forward(pass const& p, C, C x, P y, P) noexcept {
    kernel::average_pool_forward(p.rows, average_pool::template geometry<X>, x, y);
  }
  template <class X, class P>
  static void backward(pass const& p, backward_arguments<P> const& a) noexcept {
    if (!a.dx) return;
    kernel::average_pool_backward(p.rows, average_pool::template geometry<X>,
                                  simd::const_of<P>(a.dy), a.dx);
  }
};
static_assert(layer<average_pool<2>, shape<4, 4, 3>>);

/// The mean over height and width, [H, W, C] → [C].
struct global_average_pool : stateless_layer {
  static constexpr char const* kind = "global pool";
  template <class X>
  static constexpr bool accepts = X::rank == 3 && X::size > 0;
  template <class X>
  using output = shape<X::extents[2]>;
  static constexpr bool elementwise = false;
  static constexpr bool needs_input = false;
  static constexpr bool needs_output = false;

  template <class X, class C, class P>
  static void forward(pass const& p, C, C x, P y, P) noexcept {
    kernel::average_pool_forward(p.rows, geometry<X>, x, y);
  }
  template <class X, class P>
  static void backward(pass const& p, backward_arguments<P> const& a) noexcept {
    if (!a.dx) return;
    kernel::average_pool_backward(p.rows, geometry<X>, simd::const_of<P>(a.dy), a.dx);
  }

 private:
  template <class X>
  static constexpr kernel::pool_geometry geometry{
      kernel::window_axis::valid(X::extents[0], X::extents[0]),
      kernel::window_axis::valid(X::extents[1], X::extents[1]), X::extents[2]};
};
static_assert(layer<global_average_pool, shape<4, 4, 3>>);

}  // namespace halo::nn
