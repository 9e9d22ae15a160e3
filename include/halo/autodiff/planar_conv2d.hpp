// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <type_traits>

#include <halo/autodiff/planar.hpp>
#include <halo/core/assert.hpp>
#include <halo/kernel/conv2d_backward_data.hpp>
#include <halo/kernel/conv2d_backward_weights.hpp>
#include <halo/kernel/conv2d_forward.hpp>
#include <halo/simd/transform.hpp>

// Convolutions of dual numbers: one on plain numbers for the values and two for the tangents, one
// where an operand's tangent is null. Found by argument-dependent lookup beside those of kernel,
// with the same parameters; what is written needs a tangent.

namespace halo::autodiff {

namespace detail {

/// t ← [0 | t] + product(a.t, b.v) + product(a.v, b.t), where product(a, b, start) adds to t.
template <class T, class Product>
void sum_tangents(planar<T const> a, planar<T const> b, T* t, std::size_t n, kernel::start from,
                  Product const& product) noexcept {
  if (a.tangent == nullptr && b.tangent == nullptr && from == kernel::start::zero) {
    for (std::size_t i = 0; i < n; ++i) t[i] = T(0);
  }
  if (a.tangent != nullptr) {
    product(a.tangent, b.value, from);
    from = kernel::start::target;
  }
  if (b.tangent != nullptr) product(a.value, b.tangent, from);
}

}  // namespace detail

/// y ← act([0 | y | bias] + x ∗ w) on dual numbers; act sees registers of duals.
template <class Arch = simd::default_arch, class T, class Activation = kernel::no_activation>
void conv2d_forward(std::size_t images, kernel::conv2d_geometry const& g, planar<T const> x,
                    planar<T const> w, planar<T> y, kernel::start from = kernel::start::zero,
                    std::type_identity_t<planar<T const>> bias = nullptr,
                    Activation const& act = {}, kernel::room lent = {}) noexcept {
  HALO_EXPECTS(y.tangent != nullptr, "conv2d_forward: the output of dual numbers has a tangent");
  std::size_t const n = images * g.output_size();
  kernel::conv2d_forward<Arch>(images, g, x.value, w.value, y.value, from, bias.value,
                               kernel::no_activation{}, lent);
  bool const shifted = from == kernel::start::bias && bias.tangent != nullptr;
  if (shifted) {
    for (std::size_t i = 0; i < n; ++i) y.tangent[i] = bias.tangent[i % g.out];
  }
  if (from == kernel::start::bias) from = shifted ? kernel::start::target : kernel::start::zero;
  detail::sum_tangents<T>(x, w, y.tangent, n, from, [&](T const* a, T const* b, kernel::start s) {
    kernel::conv2d_forward<Arch>(images, g, a, b, y.tangent, s, static_cast<T const*>(nullptr),
                                 kernel::no_activation{}, lent);
  });
  if constexpr (!std::is_same_v<Activation, kernel::no_activation>)
    simd::for_each_chunk<T, Arch>(n, [&](auto chunk) { chunk.store(y, act(chunk.load(y))); });
}

/// dx ← [0 | dx] + dL/dx on dual numbers.
template <class Arch = simd::default_arch, class T>
void conv2d_backward_data(std::size_t images, kernel::conv2d_geometry const& g, planar<T const> dy,
                          planar<T const> w, planar<T> dx, kernel::start from = kernel::start::zero,
                          kernel::room lent = {}) noexcept {
  HALO_EXPECTS(dx.tangent != nullptr, "conv2d_backward_data: dx of dual numbers has a tangent");
  kernel::conv2d_backward_data<Arch>(images, g, dy.value, w.value, dx.value, from, lent);
  detail::sum_tangents<T>(dy, w, dx.tangent, images * g.input_size(), from,
                          [&](T const* a, T const* b, kernel::start s) {
                            kernel::conv2d_backward_data<Arch>(images, g, a, b, dx.tangent, s,
                                                               lent);
                          });
}

/// dw ← [0 | dw] + dL/dw on dual numbers.
template <class Arch = simd::default_arch, class T>
void conv2d_backward_weights(std::size_t images, kernel::conv2d_geometry const& g,
                             planar<T const> x, planar<T const> dy, planar<T> dw,
                             kernel::start from = kernel::start::zero,
                             kernel::room lent = {}) noexcept {
  HALO_EXPECTS(dw.tangent != nullptr, "conv2d_backward_weights: dw of dual numbers has a tangent");
  kernel::conv2d_backward_weights<Arch>(images, g, x.value, dy.value, dw.value, from, lent);
  detail::sum_tangents<T>(
      x, dy, dw.tangent, g.weights(), from, [&](T const* a, T const* b, kernel::start s) {
        kernel::conv2d_backward_weights<Arch>(images, g, a, b, dw.tangent, s, lent);
      });
}

}  // namespace halo::autodiff
