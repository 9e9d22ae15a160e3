// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

#include <halo/core/unrolled.hpp>
#include <halo/kernel/conv2d_panel.hpp>
#include <halo/kernel/conv2d_tile.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/winograd.hpp>
#include <halo/simd/transform.hpp>

// The way back from a convolution that winograd() computes to its weights, the transpose of the
// same: dg = Gᵀ [Σ (Bᵀ d B) ⊙ (A dy Aᵀ)] G over all tiles of all images, for 16 products of 36.

namespace halo::kernel::detail {

/// Scratch for the sums of some inputs and outputs, and for a few tiles at once.
template <class T, class Arch>
struct winograd_weights_blocks {
  static constexpr std::size_t tiles = 24;
  static constexpr std::size_t out = 2 * tile_shape<T, Arch>::lanes;
  static constexpr std::size_t in = winograd_blocks<T, Arch>::in;
  static constexpr std::size_t gap = winograd_blocks<T, Arch>::gap;
  static constexpr std::size_t spare = whole_lines<T>(std::max(in, out));
  static constexpr std::size_t all_sums = whole_lines<T>(16 * in * out);
  static constexpr std::size_t all_inputs = whole_lines<T>(16 * (tiles * in + gap));
  static constexpr std::size_t all_gradients = whole_lines<T>(16 * (tiles * out + gap));
  static constexpr std::size_t size = all_sums + all_inputs + all_gradients + spare;
  T *sums, *inputs, *gradients, *zeros;

  explicit winograd_weights_blocks(std::span<T> room) noexcept
      : sums(room.data()),
        inputs(sums + all_sums),
        gradients(inputs + all_inputs),
        zeros(gradients + all_gradients) {
    HALO_EXPECTS(room.size() >= size, "conv2d: Winograd's blocks fit their room");
    std::fill_n(gradients, all_gradients + spare, T(0));  // beyond the last output stays 0
  }
};

/// A times two values, to four a step apart.
template <class V>
[[gnu::always_inline]] inline void winograd_gradients(V y0, V y1, V* to,
                                                      std::size_t step) noexcept {
  to[0] = y0;
  to[step] = y0 + y1;
  to[2 * step] = y0 - y1;
  to[3 * step] = V{} - y1;
}

/// Gᵀ times four values a step apart, to three.
template <class V>
[[gnu::always_inline]] inline void winograd_weight_sums(V const* m, std::size_t step, V* to,
                                                        std::size_t to_step) noexcept {
  V const half = V(typename V::value_type(0.5));
  V const even = (m[step] + m[2 * step]) * half;
  to[0] = m[0] + even;
  to[to_step] = (m[step] - m[2 * step]) * half;
  to[2 * to_step] = even + m[3 * step];
}

/// gradients ← A dy Aᵀ of one tile, channels `out` of an image: 16 places, `step` apart.
template <class Arch, class T>
void transform_gradients(winograd_task<T> const& w, T const* image, std::size_t row,
                         std::size_t column, window_range out, T const* zeros, T* gradients,
                         std::size_t step) noexcept {
  using V = simd::batch<T, Arch>;
  T const* places[4];
  for (std::size_t k = 0; k < 4; ++k) {
    std::size_t const y = row + k / 2, x = column + k % 2;
    bool const there = y < w.y.out && x < w.x.out;
    places[k] = there ? image + (y * w.x.out + x) * w.out + out.begin : zeros;
  }
  simd::for_each_chunk<T, Arch>(out.size(), [&](auto chunk) {
    V rows[8], all[16];
    V const y0 = chunk.load(places[0]), y1 = chunk.load(places[1]);
    V const y2 = chunk.load(places[2]), y3 = chunk.load(places[3]);
    winograd_gradients(y0, y2, rows, 2);
    winograd_gradients(y1, y3, rows + 1, 2);
    unrolled<4>(
        [&](std::size_t k) { winograd_gradients(rows[2 * k], rows[2 * k + 1], all + 4 * k, 1); });
    unrolled<16>([&](std::size_t k) { chunk.store(gradients + k * step, all[k]); });
  });
}

/// sums ← [0 | sums] + what the tiles of one image add to some inputs by some outputs.
template <class Arch, class T>
void winograd_weights_image(winograd_task<T> const& w, bool zero, T const* x, T const* dy,
                            window_range in, window_range out,
                            winograd_weights_blocks<T, Arch>& b) noexcept {
  using blocks = winograd_weights_blocks<T, Arch>;
  constexpr std::size_t lanes = tile_shape<T, Arch>::lanes;
  std::size_t const width = whole_registers<T, Arch>(out.size());
  std::size_t const across = (w.x.out + 1) / 2, all = (w.y.out + 1) / 2 * across;
  constexpr std::size_t in_step = blocks::tiles * blocks::in + blocks::gap;
  constexpr std::size_t out_step = blocks::tiles * blocks::out + blocks::gap;
  for (std::size_t first = 0; first < all; first += blocks::tiles) {
    std::size_t const tiles = std::min(blocks::tiles, all - first);
    for (std::size_t t = 0; t < tiles; ++t) {
      std::size_t const row = (first + t) / across * 2, column = (first + t) % across * 2;
      transform_inputs<Arch>(w, x, row, column, in, b.zeros, b.inputs + t * in.size(), in_step);
      transform_gradients<Arch>(w, dy, row, column, out, b.zeros, b.gradients + t * width,
                                out_step);
    }
    walk_task<T> task{};
    task.down = task.across = task.tiles = 1;
    task.depth = tiles;
    task.a_row = 1;
    task.a_step = in.size();
    task.b_step = task.c_row = width;
    task.last = lanes;
    for (std::size_t k = 0; k < 16; ++k) {
      task.a = b.inputs + k * in_step;
      for (std::size_t j = 0; j < width; j += 2 * lanes) {
        task.b = b.gradients + k * out_step + j;
        task.c = b.sums + k * in.size() * width + j;
        task.from = zero ? nullptr : task.c;
        task.from_row = zero ? 0 : width;
        task.add = !zero;
        walk_column<T, Arch, 2, false>(task, in.size(),
                                       std::min<std::size_t>(2, (width - j) / lanes));
      }
    }
    zero = false;
  }
}

/// dw ← [0 | dw] + Gᵀ m G of some inputs by some outputs.
template <class Arch, class T>
void transform_weight_sums(winograd_task<T> const& w, window_range in, window_range out,
                           T const* sums, T* dw) noexcept {
  using V = simd::batch<T, Arch>;
  std::size_t const width = whole_registers<T, Arch>(out.size()), step = in.size() * width;
  for (std::size_t i = 0; i < in.size(); ++i) {
    T* const to = dw + (in.begin + i) * w.out + out.begin;
    simd::for_each_chunk<T, Arch>(out.size(), [&](auto chunk) {
      V m[16], rows[12], g[9];
      unrolled<16>([&](std::size_t k) { m[k] = chunk.load(sums + k * step + i * width); });
      unrolled<4>([&](std::size_t k) { winograd_weight_sums(m + k, 4, rows + k, 4); });
      unrolled<3>([&](std::size_t k) { winograd_weight_sums(rows + 4 * k, 1, g + 3 * k, 1); });
      unrolled<9>([&](std::size_t k) {
        T* const at = to + k * w.in * w.out;
        chunk.store(at, w.from == start::zero ? g[k] : g[k] + V(chunk.load(at)));
      });
    });
  }
}

/// All weights from all images: w.source is x, w.target the gradient of the weights.
template <class Arch, class T>
[[gnu::noinline]] void winograd_weights_in(winograd_task<T> const& w, T const* dy,
                                           std::span<T> numbers) noexcept {
  winograd_weights_blocks<T, Arch> b(numbers);
  using blocks = winograd_weights_blocks<T, Arch>;
  std::size_t const cuts = (w.in + blocks::in - 1) / blocks::in;
  for (std::size_t cut = 0, i = 0; cut < cuts; ++cut) {
    window_range const in{i, i + part_size(w.in, cuts, cut)};
    for (std::size_t j = 0; j < w.out; j += blocks::out) {
      window_range const out{j, std::min(j + blocks::out, w.out)};
      for (std::size_t n = 0; n < w.images; ++n)
        winograd_weights_image<Arch>(w, n == 0, w.source + n * w.input_size(),
                                     dy + n * w.output_size(), in, out, b);
      transform_weight_sums<Arch>(w, in, out, static_cast<T const*>(b.sums), w.target);
    }
    i += in.size();
  }
}

/// The same in a room, else on the stack.
template <class Arch, class T>
inline void winograd_weights(winograd_task<T> const& w, T const* dy, room lent) noexcept {
  constexpr std::size_t size = winograd_weights_blocks<T, Arch>::size;
  in_room<size, T>(lent, size,
                   [&](std::span<T> numbers) { winograd_weights_in<Arch>(w, dy, numbers); });
}

}  // namespace halo::kernel::detail

#include <halo/macros_back.hpp>
