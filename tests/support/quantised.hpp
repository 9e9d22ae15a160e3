// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Quantisation as plain loops, number by number.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <halo/kernel/quantise.hpp>

namespace support {

/// The grid of a range and where a number falls on it.
template <class T>
struct plain_grid {
  T low = 0, high = 0, scale = 1;
  T lowest = 0, highest = 0;

  plain_grid(T from, T to, unsigned bits, halo::kernel::grid g) : low(from), high(to) {
    bool const symmetric = g == halo::kernel::grid::symmetric;
    auto const half = static_cast<T>(std::pow(2.0, bits - 1) - 1);
    auto const levels = static_cast<T>(std::pow(2.0, bits) - 1);
    scale = symmetric ? std::max(-low, high) / half : high / levels - low / levels;
    if (scale < std::numeric_limits<T>::min()) scale = 1;
    lowest = symmetric ? -half : -std::nearbyint(-low * (T(1) / scale));
    highest = symmetric ? half : lowest + levels;
  }
  plain_grid(std::vector<T> const& x, unsigned bits, halo::kernel::grid g)
      : plain_grid(x.empty() ? T(0) : std::min(T(0), *std::min_element(x.begin(), x.end())),
                   x.empty() ? T(0) : std::max(T(0), *std::max_element(x.begin(), x.end())), bits,
                   g) {}

  [[nodiscard]] T step(T x) const {
    return std::clamp(std::nearbyint(x * (T(1) / scale)), lowest, highest);
  }
  [[nodiscard]] T operator()(T x) const { return step(x) * scale; }
  [[nodiscard]] bool inside(T x) const {
    T const k = std::nearbyint(x * (T(1) / scale));
    return k >= lowest && k <= highest;
  }
};

}  // namespace support
