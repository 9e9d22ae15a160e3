// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

#include <halo/core/assert.hpp>
#include <halo/core/unrolled.hpp>
#include <halo/kernel/conv2d_panel.hpp>
#include <halo/kernel/conv2d_tile.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/simd/transform.hpp>

// Convolutions of 3 by 3 that go on by one, with 16 products for 4 outputs instead of 36 [Lavin &
// Gray 2016, F(2×2, 3×3)]: Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A, the products of all channels being 16
// matrix products. Its errors are about twice those of the plain sum. Sums of up to 81 times what a
// plain sum adds stand in between: numbers so large that these could overflow go the plain way.

namespace halo::kernel::detail {

/// n rounded up to whole cache lines.
template <class T>
[[nodiscard]] constexpr std::size_t whole_lines(std::size_t n) noexcept {
  constexpr std::size_t line = 64 / sizeof(T);
  return (n + line - 1) / line * line;
}

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

/// How many tiles of 2 by 2 outputs, inputs and outputs are worked on at once; and where that lies:
/// weights, inputs and products, all of them 16 places apart.
template <class T, class Arch>
struct winograd_blocks {
  static constexpr std::size_t tiles = 8;
  static constexpr std::size_t out = 4 * tile_shape<T, Arch>::lanes;
  static constexpr std::size_t in = blocking<T, Arch>::scratch * 4 / 3 / 16 / out;
  static constexpr std::size_t packed = 8;  // inputs whose weights are transformed together
  static constexpr std::size_t gap = 64 / sizeof(T);  // keeps places apart in the nearest cache
  static constexpr std::size_t spare = whole_lines<T>(std::max(in, out));
  static constexpr std::size_t all_weights = whole_lines<T>(16 * in * out);
  static constexpr std::size_t all_inputs = whole_lines<T>(16 * (tiles * in + gap));
  static constexpr std::size_t all_products = whole_lines<T>(16 * (tiles * out + gap));
  static constexpr std::size_t all_kernels = whole_lines<T>(9 * packed * out);
  /// Numbers of all.
  static constexpr std::size_t size =
      all_weights + all_inputs + all_products + all_kernels + 2 * spare;
  T *weights, *inputs, *products, *kernels, *zeros, *sink;

  explicit winograd_blocks(std::span<T> room) noexcept
      : weights(room.data()),
        inputs(weights + all_weights),
        products(inputs + all_inputs),
        kernels(products + all_products),
        zeros(kernels + all_kernels),
        sink(zeros + spare) {
    HALO_EXPECTS(room.size() >= size, "conv2d: Winograd's blocks fit their room");
    std::fill_n(zeros, 2 * spare, T(0));
  }
};

/// Whether a convolution is one that this pays for.
template <class T, class Arch>
[[nodiscard]] constexpr bool suits_winograd(conv2d_geometry const& g) noexcept {
  auto const three = [](window_axis const& a) {
    return a.kernel == 3 && a.stride == 1 && a.dilation == 1 && a.low <= 2 && a.out > 1;
  };
  constexpr std::size_t least = 32;
  return tile_shape<T, Arch>::lanes >= 4 && three(g.y) && three(g.x) && g.groups == 1 &&
         g.in >= least && g.out >= least;
}

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

/// What some inputs contribute to some outputs of one image.
template <class Arch, class T>
void winograd_image(winograd_task<T> const& w, start from, T const* source, T* target,
                    window_range in, window_range out, winograd_blocks<T, Arch>& b) noexcept {
  using blocks = winograd_blocks<T, Arch>;
  constexpr std::size_t lanes = tile_shape<T, Arch>::lanes;
  std::size_t const width = whole_registers<T, Arch>(out.size());
  std::size_t const across = (w.x.out + 1) / 2, all = (w.y.out + 1) / 2 * across;
  for (std::size_t first = 0; first < all; first += blocks::tiles) {
    std::size_t const tiles = std::min(blocks::tiles, all - first);
    std::size_t const in_step = tiles * in.size() + blocks::gap;
    std::size_t const out_step = tiles * width + blocks::gap;
    for (std::size_t t = 0; t < tiles; ++t) {
      std::size_t const row = (first + t) / across * 2, column = (first + t) % across * 2;
      transform_inputs<Arch>(w, source, row, column, in, b.zeros, b.inputs + t * in.size(),
                             in_step);
    }
    walk_task<T> task{};
    task.down = task.across = task.tiles = 1;
    task.depth = task.a_row = in.size();
    task.a_step = 1;
    task.b_step = task.c_row = width;
    task.last = lanes;
    for (std::size_t k = 0; k < 16; ++k) {
      task.a = b.inputs + k * in_step;
      task.b = b.weights + k * in.size() * width;
      task.c = b.products + k * out_step;
      for (std::size_t j = 0; j < width; j += 2 * lanes) {
        walk_column<T, Arch, 2, false>(task, tiles, std::min<std::size_t>(2, (width - j) / lanes));
        task.b += 2 * lanes;
        task.c += 2 * lanes;
      }
    }
    for (std::size_t t = 0; t < tiles; ++t) {
      std::size_t const row = (first + t) / across * 2, column = (first + t) % across * 2;
      transform_outputs<Arch>(w, from, target, row, column, out, b.zeros, b.sink,
                              b.products + t * width, out_step);
    }
  }
}

/// Some images of a task; pack(in, out, kernels) writes the weights of some channels to [9, in, out
/// up to whole registers].
template <class Arch, class T, class Pack>
void winograd_images(winograd_task<T> const& w, Pack const& pack,
                     winograd_blocks<T, Arch>& b) noexcept {
  using blocks = winograd_blocks<T, Arch>;
  std::size_t const cuts = (w.in + blocks::in - 1) / blocks::in;
  for (std::size_t j = 0; j < w.out; j += blocks::out) {
    window_range const out{j, std::min(j + blocks::out, w.out)};
    std::size_t const width = whole_registers<T, Arch>(out.size());
    for (std::size_t cut = 0, i = 0; cut < cuts; ++cut) {
      window_range const in{i, i + part_size(w.in, cuts, cut)};
      for (std::size_t k = in.begin; k < in.end; k += blocks::packed) {
        window_range const some{k, std::min(k + blocks::packed, in.end)};
        pack(some, out, b.kernels);
        transform_weights<Arch>(static_cast<T const*>(b.kernels), some.size() * width,
                                b.weights + (k - in.begin) * width, in.size() * width);
      }
      for (std::size_t n = 0; n < w.images; ++n) {
        T* const target = w.target + n * w.output_size();
        winograd_image<Arch>(w, cut == 0 ? w.from : start::target, w.source + n * w.input_size(),
                             target, in, out, b);
        if (cut + 1 == cuts && w.finish.apply != nullptr)
          w.finish.apply(w.finish.activation, target + j, w.out, w.y.out * w.x.out, out.size());
      }
      i += in.size();
    }
  }
}

/// Whether `times` products of numbers up to a and b stay finite, added up.
template <class T>
[[nodiscard]] constexpr bool sums_stay_finite(std::size_t times, T a, T b) noexcept {
  return a * static_cast<T>(times) * b < std::numeric_limits<T>::max() / 2;  // false for NaN
}

/// A whole task, as many images at a time as stay in the second cache; plain(first, images) is
/// called for those whose sums might overflow.
/// @param most  the largest |weight|, infinite or NaN where one is
template <class Arch, class T, class Pack, class Plain>
[[gnu::noinline]] void winograd_groups(winograd_task<T> w, T most, Pack const& pack,
                                       Plain const& plain, std::span<T> numbers) noexcept {
  winograd_blocks<T, Arch> b(numbers);
  constexpr std::size_t cache = 512 * 1024 / sizeof(T);
  std::size_t const group = std::max<std::size_t>(cache / (w.input_size() + w.output_size()), 1);
  std::size_t const images = w.images;
  for (std::size_t first = 0; first < images; first += w.images) {
    w.images = std::min(group, images - first);
    T const largest = magnitude<Arch>(w.images * w.input_size(), w.source);
    if (sums_stay_finite(81 * w.in, largest, most))
      winograd_images<Arch>(w, pack, b);
    else
      plain(first, w.images);
    w.source += w.images * w.input_size();
    w.target += w.images * w.output_size();
  }
}

/// The same in a room, else on the stack.
template <class Arch, class T, class Pack, class Plain>
inline void winograd(winograd_task<T> const& w, T most, Pack const& pack, Plain const& plain,
                     room lent) noexcept {
  constexpr std::size_t size = winograd_blocks<T, Arch>::size;
  in_room<size, T>(lent, size, [&](std::span<T> numbers) {
    winograd_groups<Arch>(w, most, pack, plain, numbers);
  });
}

}  // namespace halo::kernel::detail
