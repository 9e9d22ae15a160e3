// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/allowed.hpp>
#include <halo/core/cost.hpp>
#include <halo/core/portable.hpp>
#include <halo/kernel/activation.hpp>
#include <halo/measure/accuracy.hpp>
#include <halo/nn/pointwise_loss.hpp>

namespace halo::nn {

/// Several labels a row: each output is the logit of a yes or no of its own, its target 1 for yes,
/// 0 for no, or a probability between (PyTorch's BCEWithLogitsLoss with its default reduction).
///
/// L = mean of -t ln σ(y) - (1 - t) ln(1 - σ(y)) over all outputs of all rows,  slope σ(y) - t
///
/// The network ends with the logits: no sigmoid of its own. A logit above 0 says yes. Exact for
/// large logits: neither σ nor its logarithm is formed.
struct binary_cross_entropy : pointwise_loss<binary_cross_entropy> {
  using accuracy = measure::flag_accuracy;
  static constexpr char const* name = "binary cross entropy";
  /// What a target may be.
  static constexpr allowed target_range(std::size_t) noexcept { return allowed::share(); }

  /// What the loss of a row and its gradient take: σ, an exponential, a logarithm and a
  /// quotient a logit.
  static constexpr cost row_cost(std::size_t outputs) noexcept {
    return {outputs, 4 * outputs, 2 * outputs, outputs};
  }

  /// Loss and slope of a register of logits.
  template <class V, class B>
  static kernel::loss_and_slope<V> apply(V const& y, B const& t) noexcept {
    using simd::sigmoid;
    auto const positive = y > V(0);
    V const low = select(positive, -y, y);  // -|y|
    V const certain = select(positive, y * (V(1) - V(t)), -y * V(t));
    V const s = sigmoid(low);
    return {certain + kernel::softplus{}(low), select(positive, (V(1) - V(t)) - s, s - V(t))};
  }

  /// ln 2: yes and no alike.
  static double baseline(std::size_t, std::size_t, target const*) noexcept {
    return core::portable_log(2.0);
  }
};

}  // namespace halo::nn
