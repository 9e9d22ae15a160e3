// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/unrolled.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/window.hpp>
#include <halo/simd/batch.hpp>
#include <halo/simd/transform.hpp>

// The linear maps of F(2×2, 3×3) [Lavin & Gray 2016], from numbers of a convolution to the 16
// places of its products and back: Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A for a tile of 2 by 2 outputs.

namespace halo::kernel::detail {

/// What is convolved, and where to: out channels from in channels, each image alike.
template <class T>
struct winograd_task {
  std::size_t images;
  window_axis y, x;
  std::size_t in, out;
  T const* source;
  T* target;
  start from;
  T const* bias;
  finisher<T> finish;

  [[nodiscard]] std::size_t input_size() const noexcept { return y.in * x.in * in; }
  [[nodiscard]] std::size_t output_size() const noexcept { return y.out * x.out * out; }
};

/// (1 0 0, ½ ½ ½, ½ -½ ½, 0 0 1) times three values a step apart, to four.
template <class V>
[[gnu::always_inline]] inline void winograd_weights(V const* g, std::size_t step, V* u,
                                                    std::size_t to) noexcept {
  V const even = (g[0] + g[2 * step]) * V(typename V::value_type(0.5));
  V const odd = g[step] * V(typename V::value_type(0.5));
  u[0] = g[0];
  u[to] = even + odd;
  u[2 * to] = even - odd;
  u[3 * to] = g[2 * step];
}

/// (1 0 -1 0, 0 1 1 0, 0 -1 1 0, 0 1 0 -1) times four values a step apart.
template <class V>
[[gnu::always_inline]] inline void winograd_inputs(V* d, std::size_t step) noexcept {
  V const d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
  d[0] = d0 - d2;
  d[step] = d1 + d2;
  d[2 * step] = d2 - d1;
  d[3 * step] = d1 - d3;
}

/// (1 1 1 0, 0 1 -1 -1) times four values a step apart.
template <class V>
[[gnu::always_inline]] inline void winograd_outputs(V* m, std::size_t step) noexcept {
  V const both = m[step] + m[2 * step];
  V const difference = m[step] - m[2 * step];
  m[0] = m[0] + both;
  m[step] = difference - m[3 * step];
}

/// weights ← G g Gᵀ of kernels, [9, n] → [16, n], their 16 places `step` apart.
template <class Arch, class T>
void transform_weights(T const* kernels, std::size_t n, T* weights, std::size_t step) noexcept {
  using V = simd::batch<T, Arch>;
  for (std::size_t i = 0; i < n; i += V::size) {
    V g[9], rows[12], u[16];
    unrolled<9>([&](std::size_t k) { g[k] = V::load(kernels + k * n + i); });
    unrolled<3>([&](std::size_t k) { winograd_weights(g + k, 3, rows + k, 3); });
    unrolled<4>([&](std::size_t k) { winograd_weights(rows + 3 * k, 1, u + 4 * k, 1); });
    unrolled<16>([&](std::size_t k) { u[k].store(weights + k * step + i); });
  }
}

/// inputs ← Bᵀ d B of one tile, channels `in` of an image: 16 places, `step` apart.
template <class Arch, class T>
void transform_inputs(winograd_task<T> const& w, T const* image, std::size_t row,
                      std::size_t column, window_range in, T const* zeros, T* inputs,
                      std::size_t step) noexcept {
  using V = simd::batch<T, Arch>;
  T const* places[16];
  for (std::size_t k = 0; k < 16; ++k) {
    std::size_t const y = row + k / 4 - w.y.low, x = column + k % 4 - w.x.low;  // wraps below 0
    bool const there = y < w.y.in && x < w.x.in;
    places[k] = there ? image + (y * w.x.in + x) * w.in + in.begin : zeros;
  }
  simd::for_each_chunk<T, Arch>(in.size(), [&](auto chunk) {
    V d[16];
    unrolled<16>([&](std::size_t k) { d[k] = chunk.load(places[k]); });
    unrolled<4>([&](std::size_t k) { winograd_inputs(d + k, 4); });
    unrolled<4>([&](std::size_t k) { winograd_inputs(d + 4 * k, 1); });
    unrolled<16>([&](std::size_t k) { chunk.store(inputs + k * step, d[k]); });
  });
}

/// Channels `out` of a tile of an image ← [0 | bias | image] + Aᵀ m A of 16 places, `step` apart.
/// @param sink  room for what lies outside of the image
template <class Arch, class T>
void transform_outputs(winograd_task<T> const& w, start from, T* image, std::size_t row,
                       std::size_t column, window_range out, T const* zeros, T* sink,
                       T const* products, std::size_t step) noexcept {
  using V = simd::batch<T, Arch>;
  T* places[4];
  T const* begin[4];
  for (std::size_t k = 0; k < 4; ++k) {
    std::size_t const y = row + k / 2, x = column + k % 2;
    bool const there = y < w.y.out && x < w.x.out;
    places[k] = there ? image + (y * w.x.out + x) * w.out + out.begin : sink;
    begin[k] = from == start::target ? places[k] : from == start::bias ? w.bias + out.begin : zeros;
  }
  simd::for_each_chunk<T, Arch>(out.size(), [&](auto chunk) {
    V m[16];
    unrolled<16>([&](std::size_t k) { m[k] = chunk.load(products + k * step); });
    unrolled<4>([&](std::size_t k) { winograd_outputs(m + k, 4); });
    unrolled<2>([&](std::size_t k) { winograd_outputs(m + 4 * k, 1); });
    unrolled<4>([&](std::size_t k) {
      chunk.store(places[k], m[k / 2 * 4 + k % 2] + V(chunk.load(begin[k])));
    });
  });
}

}  // namespace halo::kernel::detail
