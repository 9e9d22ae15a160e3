// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>

#include <halo/kernel/sum.hpp>
#include <halo/kernel/window.hpp>
#include <halo/simd/pointer.hpp>
#include <halo/simd/transform.hpp>

// Pooling: what windows say of an image, [images, y.in, x.in, channels] → [images, y.out, x.out,
// channels], channel by channel. Places of a window outside of the image do not count, as in
// TensorFlow (PyTorch's average counts them as zeros unless told otherwise).

namespace halo::kernel {

/// Sizes of a pooling.
struct pool_geometry {
  window_axis y, x;      ///< rows and columns
  std::size_t channels;  ///< of input and output

  [[nodiscard]] constexpr std::size_t input_size() const noexcept { return y.in * x.in * channels; }
  [[nodiscard]] constexpr std::size_t output_size() const noexcept {
    return y.out * x.out * channels;
  }
};

namespace detail {

/// Where the pixels of one window lie.
struct window_places {
  std::size_t first, rows, columns, row, column;

  [[nodiscard]] constexpr std::size_t count() const noexcept { return rows * columns; }
  [[nodiscard]] constexpr std::size_t at(std::size_t k, std::size_t l) const noexcept {
    return first + k * row + l * column;
  }
  /// Calls body(position) row by row.
  template <class Body>
  void for_each(Body&& body) const noexcept {
    for (std::size_t k = 0; k < rows; ++k)
      for (std::size_t l = 0; l < columns; ++l) body(at(k, l));
  }
};

/// Calls body(output, chunk of channels, places) for each window.
template <class T, class Arch, class Body>
inline void for_each_window(std::size_t images, pool_geometry const& g, Body&& body) noexcept {
  std::size_t to = 0;
  for (std::size_t n = 0; n < images; ++n) {
    for (std::size_t o = 0; o < g.y.out; ++o) {
      window_range const down = g.y.taps(o);
      std::size_t const y = n * g.y.in + o * g.y.stride + down.begin * g.y.dilation - g.y.low;
      for (std::size_t q = 0; q < g.x.out; ++q, to += g.channels) {
        window_range const across = g.x.taps(q);
        std::size_t const x = q * g.x.stride + across.begin * g.x.dilation - g.x.low;
        window_places const places{(y * g.x.in + x) * g.channels, down.size(), across.size(),
                                   g.y.dilation * g.x.in * g.channels, g.x.dilation * g.channels};
        simd::for_each_chunk<T, Arch>(g.channels, [&](auto chunk) { body(to, chunk, places); });
      }
    }
  }
}

template <class Chunk>
[[nodiscard]] inline Chunk moved(Chunk chunk, std::size_t by) noexcept {
  chunk.begin += by;
  return chunk;
}

/// The largest number of a window; NaN where one of them is.
template <class V, class Chunk, class C>
[[nodiscard]] inline V window_max(C x, Chunk chunk, window_places const& places) noexcept {
  V most = moved(chunk, places.first).load(x);
  places.for_each([&](std::size_t at) {
    V const other = moved(chunk, at).load(x);
    most = select(most >= other, most, select(most == most, other, most));
  });
  return most;
}

}  // namespace detail

/// y ← the largest number of each window.
/// @note  every window sees at least one pixel; allocates nothing
template <class Arch = simd::default_arch, class P>
void max_pool_forward(std::size_t images, pool_geometry const& g, simd::const_of<P> x,
                      P y) noexcept {
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  detail::for_each_window<simd::scalar_of<P>, Arch>(
      images, g, [&](std::size_t to, auto chunk, detail::window_places const& places) {
        detail::moved(chunk, to).store(y, detail::window_max<V>(x, chunk, places));
      });
}

/// dx ← dL/dx of max_pool_forward: each dy goes to the first of the largest numbers of its window
/// (as in PyTorch), nowhere where that is NaN.
/// @param x  of the forward pass; dx must not overlap x or dy
template <class Arch = simd::default_arch, class P>
void max_pool_backward(std::size_t images, pool_geometry const& g, simd::const_of<P> x,
                       simd::const_of<P> dy, P dx) noexcept {
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  clear<Arch>(images * g.input_size(), dx);
  detail::for_each_window<simd::scalar_of<P>, Arch>(
      images, g, [&](std::size_t to, auto chunk, detail::window_places const& places) {
        V const most = detail::window_max<V>(x, chunk, places);
        V rest = detail::moved(chunk, to).load(dy);
        places.for_each([&](std::size_t at) {
          auto const here = detail::moved(chunk, at);
          auto const found = V(here.load(x)) == most;
          here.store(dx, V(here.load(simd::const_of<P>(dx))) + select(found, rest, V(0)));
          rest = select(found, V(0), rest);
        });
      });
}

namespace detail {

/// average_pool_forward of large windows, 64 numbers at a time, for the rounding.
template <class Arch, class P>
[[gnu::noinline]] void average_in_parts(std::size_t images, pool_geometry const& g,
                                        simd::const_of<P> x, P y) noexcept {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  for_each_window<T, Arch>(images, g, [&](std::size_t to, auto chunk, window_places const& places) {
    V sum(0);
    for (std::size_t k = 0; k < places.rows; ++k) {
      for (std::size_t l = 0; l < places.columns;) {
        V part(0);
        for (std::size_t const end = std::min(l + 64, places.columns); l < end; ++l)
          part += V(moved(chunk, places.at(k, l)).load(x));
        sum += part;
      }
    }
    moved(chunk, to).store(y, sum * V(T(1) / static_cast<T>(places.count())));
  });
}

}  // namespace detail

/// y ← the mean of each window.
/// @note  every window sees at least one pixel; allocates nothing
template <class Arch = simd::default_arch, class P>
inline void average_pool_forward(std::size_t images, pool_geometry const& g, simd::const_of<P> x,
                                 P y) noexcept {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  if (g.y.kernel * g.x.kernel > 64) return detail::average_in_parts<Arch>(images, g, x, y);
  detail::for_each_window<T, Arch>(
      images, g, [&](std::size_t to, auto chunk, detail::window_places const& places) {
        V sum(0);
        places.for_each([&](std::size_t at) { sum += V(detail::moved(chunk, at).load(x)); });
        detail::moved(chunk, to).store(y, sum * V(T(1) / static_cast<T>(places.count())));
      });
}

/// dx ← dL/dx of average_pool_forward; dx must not overlap dy.
template <class Arch = simd::default_arch, class P>
void average_pool_backward(std::size_t images, pool_geometry const& g, simd::const_of<P> dy,
                           P dx) noexcept {
  using T = simd::scalar_of<P>;
  using V = typename simd::pointer_traits<P>::template register_of<Arch>;
  clear<Arch>(images * g.input_size(), dx);
  detail::for_each_window<T, Arch>(
      images, g, [&](std::size_t to, auto chunk, detail::window_places const& places) {
        V const share =
            V(detail::moved(chunk, to).load(dy)) * V(T(1) / static_cast<T>(places.count()));
        places.for_each([&](std::size_t at) {
          auto const here = detail::moved(chunk, at);
          here.store(dx, V(here.load(simd::const_of<P>(dx))) + share);
        });
      });
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
