// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/kernel/recurrent.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

namespace halo::kernel {

/// One step of long short-term memories [Hochreiter & Schmidhuber 1997; Gers et al. 2000] behind
/// its product: c' = σ(f)∘c + σ(i)∘tanh(g),  h = σ(o)∘tanh(c').
///
/// @param z      [rows, 4 · units], i f g o; becomes σ(i) σ(f) tanh(g) σ(o), which backward reads
/// @param c      [rows, units]; c', to be written, may be the same
/// @param h      rows of units elements, h_row apart
template <class Arch = simd::default_arch, class P>
void lstm_cell_forward(std::size_t rows, std::size_t units, P z, simd::const_of<P> c, P next, P h,
                       std::size_t h_row) noexcept {
  using T = simd::scalar_of<P>;
  using C = simd::const_of<P>;
  for (std::size_t r = 0; r < rows; ++r) {
    P const in = z, keep = z + units, fresh = z + 2 * units, out = z + 3 * units;
    simd::for_each_chunk<T, Arch>(units, [=](auto chunk) {
      auto const i = detail::gate(chunk.load(C(in))), f = detail::gate(chunk.load(C(keep)));
      auto const g = detail::squash(chunk.load(C(fresh))), o = detail::gate(chunk.load(C(out)));
      auto const state = fma(f, chunk.load(c), i * g);
      chunk.store(in, i);
      chunk.store(keep, f);
      chunk.store(fresh, g);
      chunk.store(out, o);
      chunk.store(next, state);
      chunk.store(h, o * detail::squash(state));
    });
    z += 4 * units;
    c += units;
    next += units;
    h += h_row;
  }
}

/// The way back. [z as forward left it, c and c' as there]
///
/// @param dh     rows of units elements, dh_row apart: dL/dh
/// @param dc     [rows, units]; dL/dc' of later steps, becomes dL/dc
/// @param dz     [rows, 4 · units], to be written: dL/dz
template <class Arch = simd::default_arch, class P>
void lstm_cell_backward(std::size_t rows, std::size_t units, simd::const_of<P> z,
                        simd::const_of<P> c, simd::const_of<P> next, simd::const_of<P> dh,
                        std::size_t dh_row, P dc, P dz) noexcept {
  using T = simd::scalar_of<P>;
  using C = simd::const_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  for (std::size_t r = 0; r < rows; ++r) {
    simd::for_each_chunk<T, Arch>(units, [=](auto chunk) {
      V const i = chunk.load(z), f = chunk.load(C(z + units)), g = chunk.load(C(z + 2 * units));
      V const o = chunk.load(C(z + 3 * units)), t = detail::squash(V(chunk.load(next)));
      V const d = chunk.load(dh), one(1);
      V const state = fma(d * o, one - t * t, V(chunk.load(C(dc))));
      chunk.store(dz, state * g * (i - i * i));
      chunk.store(P(dz + units), state * V(chunk.load(c)) * (f - f * f));
      chunk.store(P(dz + 2 * units), state * i * (one - g * g));
      chunk.store(P(dz + 3 * units), d * t * (o - o * o));
      chunk.store(dc, state * f);
    });
    z += 4 * units;
    c += units;
    next += units;
    dh += dh_row;
    dc += units;
    dz += 4 * units;
  }
}

}  // namespace halo::kernel
