// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <cstddef>
#include <ratio>

#include <halo/nn/describe.hpp>
#include <halo/nn/pointwise_loss.hpp>

namespace halo::nn {

/// A square near the target and a straight line far from it [Huber 1964], mean over all outputs of
/// all rows (PyTorch's HuberLoss; its SmoothL1Loss is this divided by δ).
///
/// L = mean of e²/2 for |e| <= δ, else δ (|e| - δ/2),  e = y - t;  slope e, at most δ in size
///
///     adapter<network, nn::huber<std::ratio<1, 2>>>
/// @tparam Delta  δ, a std::ratio above 0
template <class Delta = std::ratio<1>>
struct huber : pointwise_loss<huber<Delta>> {
  static_assert(Delta::num > 0, "halo: huber: delta is larger than 0");
  using target = float;
  static constexpr char const* name = "huber";
  /// δ
  static constexpr double delta = static_cast<double>(Delta::num) / static_cast<double>(Delta::den);
  static constexpr void describe(auto&& f) {
    f.template part<detail::described_ratio<typename Delta::type>>("delta");
  }

  /// Loss and slope of a register of outputs.
  template <class V, class B>
  static kernel::loss_and_slope<V> apply(V const& y, B const& t) noexcept {
    V const error = y - t;
    V const most(delta);
    V const slope = select(error > most, most, select(error < -most, -most, error));  // NaN stays
    return {slope * (error - slope * V(0.5)), slope};
  }

  /// The loss of the targets' means; 0 for one row.
  static double baseline(std::size_t rows, std::size_t outputs, target const* t) noexcept {
    return detail::loss_of_means(rows, outputs, t, [](double error) {
      double const size = std::abs(error);
      return size > delta ? delta * (size - delta / 2) : size * size / 2;
    });
  }
};

}  // namespace halo::nn

#include <halo/macros_back.hpp>
