// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/kernel/recurrent.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

/// One step of gated recurrent units [Cho et al. 2014], reset behind the product, behind its
/// products: with p = x·W + b and q = h·U, each r z n,
///
/// r = σ(p_r + q_r),  z = σ(p_z + q_z),  m = q_n + c,  n = tanh(p_n + r∘m),  h' = n + z∘(h - n).
///
/// @param gates  [rows, 4 · units], p and room for one more; becomes r z n m, which backward reads
/// @param q      [rows, 3 · units]
/// @param c      units, the bias inside the reset
/// @param h      rows of units elements, h_row apart; next likewise, may be the same
template <class Arch = simd::default_arch, class P>
void gru_cell_forward(std::size_t rows, std::size_t units, P gates, simd::const_of<P> q,
                      simd::const_of<P> c, simd::const_of<P> h, std::size_t h_row, P next,
                      std::size_t next_row) noexcept {
  using T = simd::scalar_of<P>;
  using C = simd::const_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  for (std::size_t i = 0; i < rows; ++i) {
    P const reset = gates, update = gates + units, fresh = gates + 2 * units,
            inner = gates + 3 * units;
    simd::for_each_chunk<T, Arch>(units, [=](auto chunk) {
      V const r = detail::gate(V(chunk.load(C(reset)) + chunk.load(q)));
      V const z = detail::gate(V(chunk.load(C(update)) + chunk.load(C(q + units))));
      V const m = chunk.load(C(q + 2 * units)) + chunk.load(c);
      V const n = detail::squash(V(fma(r, m, V(chunk.load(C(fresh))))));
      chunk.store(reset, r);
      chunk.store(update, z);
      chunk.store(fresh, n);
      chunk.store(inner, m);
      chunk.store(next, V(fma(z, V(chunk.load(h) - n), n)));
    });
    gates += 4 * units;
    q += 3 * units;
    h += h_row;
    next += next_row;
  }
}

/// The way back. [gates as forward left them]
///
/// @param h    as there
/// @param dh   rows of units elements, dh_row apart: dL/dh'; becomes the part of dL/dh that goes
///             past the products, z∘dL/dh'
/// @param dpq  [rows, 6 · units], to be written: dL/dp, then dL/dq, whose last part is dL/dm
template <class Arch = simd::default_arch, class P>
void gru_cell_backward(std::size_t rows, std::size_t units, simd::const_of<P> gates,
                       simd::const_of<P> h, std::size_t h_row, P dh, std::size_t dh_row,
                       P dpq) noexcept {
  using T = simd::scalar_of<P>;
  using C = simd::const_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  for (std::size_t i = 0; i < rows; ++i) {
    simd::for_each_chunk<T, Arch>(units, [=](auto chunk) {
      V const r = chunk.load(gates), z = chunk.load(C(gates + units));
      V const n = chunk.load(C(gates + 2 * units)), m = chunk.load(C(gates + 3 * units));
      V const d = chunk.load(C(dh)), one(1);
      V const inside = d * (one - z) * (one - n * n);  // of tanh
      V const reset = inside * m * (r - r * r), update = d * V(chunk.load(h) - n) * (z - z * z);
      chunk.store(dpq, reset);
      chunk.store(P(dpq + units), update);
      chunk.store(P(dpq + 2 * units), inside);
      chunk.store(P(dpq + 3 * units), reset);
      chunk.store(P(dpq + 4 * units), update);
      chunk.store(P(dpq + 5 * units), inside * r);
      chunk.store(dh, d * z);
    });
    gates += 4 * units;
    h += h_row;
    dh += dh_row;
    dpq += 6 * units;
  }
}

}  // namespace halo::kernel
