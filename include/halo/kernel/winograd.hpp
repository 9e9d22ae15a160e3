// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

#include <halo/core/assert.hpp>
#include <halo/kernel/conv2d_panel.hpp>
#include <halo/kernel/conv2d_tile.hpp>
#include <halo/kernel/gemm.hpp>
#include <halo/kernel/magnitude.hpp>
#include <halo/kernel/room.hpp>
#include <halo/kernel/winograd_transform.hpp>

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

#include <halo/macros_back.hpp>
