// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>

#include <halo/kernel/conv2d_panel.hpp>

namespace halo::nn::detail {

/// Some rows of a convolution's outputs as a convolution of the rows they see, `inputs` of them.
struct conv2d_band {
  kernel::conv2d_geometry g;
  kernel::window_range inputs, outputs;

  /// The outputs of a range.
  [[nodiscard]] static constexpr conv2d_band of_outputs(kernel::conv2d_geometry g,
                                                        kernel::window_range rows) noexcept {
    std::size_t const low = g.y.low, first = rows.begin * g.y.stride;
    std::size_t const end = (rows.end - 1) * g.y.stride + g.y.reach();
    kernel::window_range const seen{std::clamp(first, low, low + g.y.in) - low,
                                    std::clamp(end, low, low + g.y.in) - low};
    g.y.in = seen.size(), g.y.out = rows.size();
    g.y.low = seen.begin + low > first ? seen.begin + low - first : 0;
    return {g, seen, rows};
  }
  /// All outputs that see an input of a range.
  [[nodiscard]] static constexpr conv2d_band of_inputs(kernel::conv2d_geometry g,
                                                       kernel::window_range rows) noexcept {
    std::size_t const s = g.y.stride, top = rows.begin + g.y.low, reach = g.y.reach();
    std::size_t const first = std::min(top < reach ? 0 : (top - reach) / s + 1, g.y.out);
    std::size_t const end = std::clamp((rows.end - 1 + g.y.low) / s + 1, first, g.y.out);
    g.y.in = rows.size(), g.y.out = end - first, g.y.low = top - first * s;
    return {g, rows, {first, end}};
  }
  /// Elements before the first input, and before the first output.
  [[nodiscard]] constexpr std::size_t input() const noexcept {
    return inputs.begin * g.x.in * g.in;
  }
  [[nodiscard]] constexpr std::size_t output() const noexcept {
    return outputs.begin * g.x.out * g.out;
  }
};

}  // namespace halo::nn::detail

#include <halo/macros_back.hpp>
