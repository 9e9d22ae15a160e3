// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Convolutions as six loops over doubles, and the shapes that tests run.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

#include <halo/kernel/conv2d_panel.hpp>

#include "support/numbers.hpp"

#define HALO_CONV2D_MACHINES                              \
  support::machine<float, halo::simd::default_arch>,      \
      support::machine<double, halo::simd::default_arch>, \
      support::machine<float, halo::simd::scalar>

namespace support {

using namespace halo;

using geometry = kernel::conv2d_geometry;
using axis = kernel::window_axis;

/// Small integers: their products and sums are exact, so every order of summation agrees.
template <class T>
[[nodiscard]] std::vector<T> integers(std::size_t n, std::uint64_t stream) {
  std::vector<T> x = numbers<T>(n, stream, 4);
  for (T& e : x) e = static_cast<T>(static_cast<int>(e));
  return x;
}

/// Calls f(x, w, y) with the places of every product of a convolution.
inline void for_each_product(std::size_t images, geometry const& g,
                             std::function<void(std::size_t, std::size_t, std::size_t)> const& f) {
  for (std::size_t n = 0; n < images; ++n)
    for (std::size_t o = 0; o < g.y.out; ++o)
      for (std::size_t q = 0; q < g.x.out; ++q)
        for (std::size_t j = 0; j < g.out; ++j)
          for (std::size_t k = 0; k < g.y.kernel; ++k)
            for (std::size_t l = 0; l < g.x.kernel; ++l)
              for (std::size_t i = 0; i < g.in / g.groups; ++i) {
                long const row = long(o * g.y.stride + k * g.y.dilation) - long(g.y.low);
                long const column = long(q * g.x.stride + l * g.x.dilation) - long(g.x.low);
                if (row < 0 || row >= long(g.y.in) || column < 0 || column >= long(g.x.in))
                  continue;
                std::size_t const channel = j / (g.out / g.groups) * (g.in / g.groups) + i;
                f(((n * g.y.in + std::size_t(row)) * g.x.in + std::size_t(column)) * g.in + channel,
                  ((k * g.x.kernel + l) * (g.in / g.groups) + i) * g.out + j,
                  ((n * g.y.out + o) * g.x.out + q) * g.out + j);
              }
}

/// The largest error of an array against doubles, in units of its largest number.
[[nodiscard]] inline double error(std::vector<float> const& got, std::vector<double> const& exact) {
  double most = 0, off = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    most = std::max(most, std::abs(exact[i]));
    off = std::max(off, std::abs(static_cast<double>(got[i]) - exact[i]));
  }
  return off / most;
}

/// Shapes that meet every way through the kernels.
[[nodiscard]] inline std::vector<geometry> conv2d_shapes() {
  return {
      {axis::same(1, 1), axis::same(1, 1), 1, 1},
      {axis::same(5, 3), axis::same(7, 3), 1, 8},
      {axis::same(6, 5), axis::same(6, 5), 3, 17},
      {axis::valid(7, 3), axis::valid(9, 2), 2, 5},
      {axis::same(8, 3, 2), axis::same(7, 3, 2), 3, 16},
      {axis::same(9, 5, 2), axis::same(10, 4, 3), 2, 33},
      {axis::valid(9, 2, 3), axis::valid(11, 1, 4), 3, 4},     // stride > kernel
      {axis::same(10, 2, 5), axis::same(3, 1, 2), 1, 3},       // stride > kernel
      {axis::same(9, 3, 1, 2), axis::same(8, 3, 1, 3), 2, 6},  // dilation
      {axis::valid(12, 3, 2, 2), axis::valid(13, 3, 3, 2), 2, 5},
      {axis::same(11, 4, 4, 2), axis::same(9, 3, 2, 4), 2, 5},  // common factors
      {axis::same(2, 7), axis::same(1, 9), 2, 3},               // kernel > image
      {axis::same(5, 3), axis::same(6, 3), 6, 6, 6},            // groups = channels
      {axis::same(5, 3, 2), axis::same(6, 3), 4, 8, 2},
      {axis::valid(4, 1), axis::valid(5, 1), 6, 40, 2},
      {axis::valid(5, 1, 2), axis::valid(5, 1, 2), 20, 70},
      {axis::same(12, 3), axis::same(31, 3), 18, 35},
      {axis::same(1, 1), axis::same(40, 9, 2), 5, 20},  // one dimension
      {axis::same(3, 3), axis::same(3, 3), 130, 50},    // Winograd's from here on
      {axis::same(5, 3), axis::same(8, 3), 32, 33},
      {axis::valid(6, 3), axis::valid(9, 3), 70, 40},
      {axis::valid(4, 3), axis::same(2, 3), 35, 80},
  };
}

/// Shapes that no panel holds at once where registers are short.
[[nodiscard]] inline std::vector<geometry> large_conv2d_shapes() {
  return {
      {axis::same(4, 3), axis::same(150, 3), 40, 9},
      {axis::same(3, 3), axis::same(4, 3, 2), 700, 5},
      {axis::same(5, 65), axis::same(3, 129), 1, 2},
      {axis::valid(70, 33, 2), axis::valid(40, 31, 3), 9, 3},
      {axis::same(2, 5), axis::same(3, 5), 33, 600},
  };
}

/// Strides whose blocks of inputs fill a panel, and begin between two outputs: each on one
/// instruction set or on several.
[[nodiscard]] inline std::vector<geometry> full_panel_shapes() {
  return {
      {axis::same(31, 3, 2), axis::same(31, 3, 2), 8, 16},    // 16 bytes
      {axis::same(28, 5, 2), axis::same(28, 5, 2), 8, 16},    // 16
      {axis::same(1, 1), axis::same(124, 5, 2), 8, 32},       // 16
      {axis::same(33, 3, 2), axis::same(33, 3, 2), 8, 96},    // 32
      {axis::same(64, 5, 2), axis::same(64, 5, 2), 8, 48},    // 64
      {axis::same(112, 5, 2), axis::same(112, 5, 2), 8, 16},  // 64
      {axis::same(37, 3, 2, 3), axis::same(41, 5, 3, 2), 7, 70},
  };
}

}  // namespace support
