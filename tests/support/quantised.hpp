// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Quantisation as plain loops, number by number.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <halo/kernel/quantise.hpp>
#include <halo/nn/quantised.hpp>

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

/// The parameters of a layer with its weights on their grids, in plain loops.
template <class Layer, class X, class T>
std::vector<T> quantise_weights(std::vector<T> theta, halo::nn::quantisation o) {
  std::size_t at = 0;
  for (halo::nn::tensor_spec const& t : Layer::template tensors<X>) {
    std::size_t const n = t.count(), last = t.extents[t.rank - 1];
    std::size_t const channels = o.weight_ranges == halo::nn::per::channel ? last : 1;
    for (std::size_t c = 0; c < channels && t.role == halo::parameter_role::weight; ++c) {
      std::vector<T> own_values;
      for (std::size_t i = c; i < n; i += channels) own_values.push_back(theta[at + i]);
      plain_grid<T> const g(own_values, o.weight_bits, o.weight_grid);
      for (std::size_t i = c; i < n; i += channels) theta[at + i] = g(theta[at + i]);
    }
    at += n;
  }
  return theta;
}

}  // namespace support
