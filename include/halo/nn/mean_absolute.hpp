// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <cstddef>

#include <halo/nn/pointwise_loss.hpp>

namespace halo::nn {

/// Mean absolute error over all outputs of all rows (PyTorch's L1Loss with its default reduction).
///
/// L = mean |y - t|, slope sign(y - t), 0 at 0. Its best answer is the median, so that a few
/// targets that are far off do not matter.
struct mean_absolute : pointwise_loss<mean_absolute> {
  static constexpr char const* name = "mean absolute";

  /// Loss and slope of a register of outputs.
  template <class V, class B>
  static kernel::loss_and_slope<V> apply(V const& y, B const& t) noexcept {
    V const error = y - t;
    V const none = error - error;  // 0, but NaN stays NaN
    V const slope = select(error > V(0), V(1), select(error < V(0), V(-1), none));
    return {slope * error, slope};
  }

  /// The loss of the targets' means; 0 for one row.
  static double baseline(std::size_t rows, std::size_t outputs, target const* t) noexcept {
    return detail::loss_of_means(rows, outputs, t, [](double error) { return std::abs(error); });
  }
};

}  // namespace halo::nn

#include <halo/macros_back.hpp>
