// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>

#include <halo/core/portable.hpp>
#include <halo/learned/program.hpp>

// The sound optimizer that a tensor-wise RNN is while its outputs are zero. In double: once a
// tensor and step.

namespace halo::learned {

/// What the prior says of a step, before the controller's offsets.
struct tensor_prior {
  double rate = 0;               ///< step size
  double decay = 0;              ///< decoupled weight decay, a factor of rate·θ
  std::array<double, 3> logits;  ///< shares of g and its means over 10 and 100 steps: softmax
};

/// Most weight decay, whatever the controller adds to it.
inline constexpr double most_decay = 1.0;

/// A rate that warms up and then falls slowly, weight decay by the inverse of the training set's
/// size N, and a share of long momentum that grows late.
///
///     rate   = min(5e-3 (1 + t/300)^-¼, e^-3.5), at least e^-9.5, times tanh(t/250)
///     decay  = exp(min(ln ¼ - 0.09 ℓ - ln(N/5000) - [bias], 1)), at least e^-9; 0 if N is unknown
///              or targets are no labels: it was fitted to cross-entropy, and regression does worse
///     logits = -3, 1, -4 + 1.3 ln(1 + t/300)
/// t is the optimizer's step and ℓ the mean over 100 steps of ln(loss + 1e-4). Chosen by hand.
[[nodiscard]] inline tensor_prior tensor_prior_of(facts<double> const& f, double log_loss) {
  double const late = core::portable_log(1 + f.step / 300);
  double const log_rate = std::clamp(core::portable_log(5e-3) - 0.25 * late, -9.5, -3.5);
  double const log_decay = core::portable_log(0.25) - 0.09 * log_loss - (f.bias ? 1.0 : 0.0);
  tensor_prior p;
  p.rate = core::portable_exp(log_rate) * core::portable_tanh(f.step / 250);
  if (f.rows > 0 && f.labels)
    p.decay =
        core::portable_exp(std::clamp(log_decay - core::portable_log(f.rows / 5000), -9.0, 1.0));
  p.logits = {-3.0, 1.0, -4.0 + 1.3 * late};
  return p;
}

}  // namespace halo::learned
