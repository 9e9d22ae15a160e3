// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/autodiff/scalar.hpp>
#include <halo/core/unrolled.hpp>
#include <halo/simd/fast.hpp>

// Recurrent cells over one number type: a register, a scalar, or a variable of either. The affine
// parts are functions V const* → V*, so that weights, biases and injected biases are the caller's.
// In float σ and tanh are those of simd/fast.hpp: errors of 1e-6, a fraction of the time.

namespace halo::learned {

/// One step of a gated recurrent unit [Cho et al. 2014], reset before the product.
///
/// [r|z] = σ([x, h]·Wg + bg),  c = tanh([x, r∘h]·Wc + bc),  h ← z∘h + (1-z)∘c
/// (z keeps; PyTorch resets after the product).
///
/// @param xh         [x, h]; its last K entries are replaced by r∘h on return
/// @param gates      In + K → 2K, r first
/// @param candidate  In + K → K
/// @param next       K; may not overlap xh
template <std::size_t In, std::size_t K, class V, class Gates, class Candidate>
void gru(V* xh, Gates&& gates, Candidate&& candidate, V* next) {
  using autodiff::fma;
  using simd::fast_sigmoid;
  using simd::fast_tanh;
  std::array<V, 2 * K> rz;
  gates(static_cast<V const*>(xh), rz.data());
  unrolled<K>([&](std::size_t k) {
    next[k] = xh[In + k];
    xh[In + k] = fast_sigmoid(rz[k]) * next[k];
  });
  std::array<V, K> c;
  candidate(static_cast<V const*>(xh), c.data());
  unrolled<K>([&](std::size_t k) {
    V const fresh = fast_tanh(c[k]);
    next[k] = fma(fast_sigmoid(rz[K + k]), next[k] - fresh, fresh);
  });
}

/// The same for a whole layer of a program, whose weights Wg, bg, Wc, bc follow each other from w.
///
/// @param injected  3K numbers that are added to the biases, r z c, unless null
template <std::size_t In, std::size_t K, class R, class V>
void gru_layer(R const& r, V const* x, std::size_t w, V const* injected, V* h) {
  constexpr std::size_t gates_bias = (In + K) * 2 * K, candidate = gates_bias + 2 * K,
                        candidate_bias = candidate + (In + K) * K;
  std::array<V, In + K> xh;
  for (std::size_t i = 0; i < In; ++i) xh[i] = x[i];
  for (std::size_t k = 0; k < K; ++k) xh[In + k] = h[k];
  auto const add = [&](std::size_t from, std::size_t count, V* out) {
    if (injected == nullptr) return;
    for (std::size_t k = 0; k < count; ++k) out[k] = out[k] + injected[from + k];
  };
  gru<In, K>(
      xh.data(),
      [&](V const* in, V* out) {
        r.template affine<In + K, 2 * K>(in, w, w + gates_bias, out);
        add(0, 2 * K, out);
      },
      [&](V const* in, V* out) {
        r.template affine<In + K, K>(in, w + candidate, w + candidate_bias, out);
        add(2 * K, K, out);
      },
      h);
}

/// One step of a long short-term memory [Hochreiter & Schmidhuber 1997; Gers et al. 2000].
///
/// z = [x, h]·W + b, gates i, f, g, o in this order;
/// c ← σ(f)∘c + σ(i)∘tanh(g),  h ← σ(o)∘tanh(c). Nothing is added to the forget gate: its bias is
/// in b.
///
/// @param gates  [x, h] → 4K, reads xh itself
template <std::size_t K, class V, class Gates>
void lstm(V const* xh, Gates&& gates, V* h, V* c) {
  using autodiff::fma;
  using simd::fast_sigmoid;
  using simd::fast_tanh;
  std::array<V, 4 * K> z;
  gates(xh, z.data());
  for (std::size_t k = 0; k < K; ++k) {
    c[k] = fma(fast_sigmoid(z[K + k]), c[k], fast_sigmoid(z[k]) * fast_tanh(z[2 * K + k]));
    h[k] = fast_sigmoid(z[3 * K + k]) * fast_tanh(c[k]);
  }
}

/// The same for a whole layer of a program, whose weights [In + K, 4K] begin at w and biases at b.
template <std::size_t In, std::size_t K, class R, class V>
void lstm_layer(R const& r, V const* x, std::size_t w, std::size_t b, V* h, V* c) {
  std::array<V, In + K> xh;
  for (std::size_t i = 0; i < In; ++i) xh[i] = x[i];
  for (std::size_t k = 0; k < K; ++k) xh[In + k] = h[k];
  lstm<K>(
      xh.data(), [&](V const* in, V* out) { r.template affine<In + K, 4 * K>(in, w, b, out); }, h,
      c);
}

}  // namespace halo::learned
