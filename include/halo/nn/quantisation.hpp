// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/kernel/quantise.hpp>

namespace halo::nn {

using kernel::grid;

/// What shares one range of weights: all of a tensor, or what leads to one output.
enum class per : unsigned char { tensor, channel };

/// What the range of a layer's inputs is: that of the mini-batch, or outside of training its moving
/// average, which is kept among the network's statistics.
enum class ranges : unsigned char { moving, batch };

/// How a layer is quantised. The defaults are those of the paper's quantised ResNet [Li et al.
/// 2020]: 8 bits, from smallest to largest, one range a tensor.
struct quantisation {
  unsigned weight_bits = 8;              ///< 2 to 8
  grid weight_grid = grid::asymmetric;   ///< how weights are rounded
  per weight_ranges = per::tensor;       ///< what shares a range
  unsigned input_bits = 8;               ///< 2 to 8
  grid input_grid = grid::asymmetric;    ///< how inputs are rounded
  ranges input_ranges = ranges::moving;  ///< moving ones become constants after training
  unsigned newest_percent = 1;  ///< share of the newest mini-batch in moving ranges, 1 to 100

  /// Whether both have 2 to 8 bits.
  [[nodiscard]] constexpr bool bits_fit() const noexcept {
    return weight_bits >= 2 && weight_bits <= 8 && input_bits >= 2 && input_bits <= 8;
  }
  /// Whether newest_percent is 1 to 100.
  [[nodiscard]] constexpr bool share_fits() const noexcept {
    return newest_percent >= 1 && newest_percent <= 100;
  }
  static constexpr void record(auto& self, auto&& f) {
    f.constant("weight_bits", self.weight_bits);
    f.constant("weight_grid", self.weight_grid);
    f.constant("weight_ranges", self.weight_ranges);
    f.constant("input_bits", self.input_bits);
    f.constant("input_grid", self.input_grid);
    f.constant("input_ranges", self.input_ranges);
    f.constant("newest_percent", self.newest_percent);
  }
};

}  // namespace halo::nn
