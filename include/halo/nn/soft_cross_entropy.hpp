// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <ratio>

#include <halo/core/allowed.hpp>
#include <halo/core/cost.hpp>
#include <halo/core/portable.hpp>
#include <halo/kernel/soft_cross_entropy.hpp>
#include <halo/measure/accuracy.hpp>
#include <halo/nn/describe.hpp>

namespace halo::nn {

/// Cross-entropy against a probability for each class: what another network says (distillation
/// [Hinton et al. 2015]), or several people who labelled the same row.
///
/// L = -τ² mean over the rows of Σ_k q_k ln softmax(x/τ)_k
/// (PyTorch's cross_entropy with class probabilities for τ = 1; the q of a teacher are
/// kernel::softmax of its logits divided by the same τ.) The smallest value is τ² times the
/// entropy of q, not 0.
///
/// @tparam Temperature  τ, a std::ratio above 0
template <class Temperature = std::ratio<1>>
struct soft_cross_entropy {
  static_assert(Temperature::num > 0, "halo: soft_cross_entropy: the temperature is larger than 0");
  using target = float;
  using accuracy = measure::agreement;
  static constexpr char const* name = "soft cross entropy";
  static constexpr std::size_t targets(std::size_t outputs) noexcept { return outputs; }
  /// What a target may be.
  static constexpr allowed target_range(std::size_t) noexcept { return allowed::share(); }
  /// τ
  static constexpr double temperature =
      static_cast<double>(Temperature::num) / static_cast<double>(Temperature::den);
  static constexpr void describe(auto&& f) {
    f.template part<detail::described_ratio<typename Temperature::type>>("temperature");
  }

  /// What the loss of a row and its gradient take: two exponentials a class, a logarithm, a
  /// quotient.
  static constexpr cost row_cost(std::size_t outputs) noexcept {
    return {outputs, 2 * outputs + 2, 2 * outputs, outputs};
  }

  /// Mean loss of the rows; dy = dL/d logits unless null.
  template <class P>
  static simd::element_of<P> value_and_gradient(std::size_t rows, std::size_t outputs,
                                                simd::const_of<P> y, target const* t,
                                                P dy) noexcept {
    return kernel::soft_cross_entropy(rows, outputs, y, t, dy,
                                      static_cast<simd::scalar_of<P>>(temperature));
  }

  /// The same mean, and the loss of every row.
  template <class T>
  static T value_and_losses(std::size_t rows, std::size_t outputs, T const* y, target const* t,
                            T* losses) noexcept {
    T* const nowhere = nullptr;
    for (std::size_t i = 0; i < rows; ++i)
      losses[i] = value_and_gradient(1, outputs, y + i * outputs, t + i * outputs, nowhere);
    return value_and_gradient(rows, outputs, y, t, nowhere);
  }

  /// τ² ln outputs: all classes alike, where a row's q sum to one.
  static double baseline(std::size_t, std::size_t outputs, target const*) noexcept {
    return temperature * temperature *
           core::portable_log(static_cast<double>(std::max<std::size_t>(outputs, 2)));
  }
};

}  // namespace halo::nn
