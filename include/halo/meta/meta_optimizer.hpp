// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numbers>
#include <span>
#include <vector>

#include <halo/core/parameter_table.hpp>
#include <halo/core/record.hpp>
#include <halo/meta/training.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/rmsprop.hpp>

namespace halo::meta {

/// What moves a learned optimizer's N weights: clipping, decay towards the first ones, and Adam or
/// RMSProp with the schedule of a training.
template <std::size_t N, floating T>
class meta_optimizer {
 public:
  using layout = flat_layout<N>;

  /// Begins at these weights with empty moments.
  explicit meta_optimizer(std::span<T const> weights)
      : weights_(weights.begin(), weights.end()), start_(weights_) {
    std::fill(rmsprop_->v.begin(), rmsprop_->v.end(), T(1));
    rmsprop_->restored();  // the bound on what was written there
  }

  /// Where the weights are now.
  [[nodiscard]] std::span<T const> weights() const noexcept { return weights_; }

  /// One step down the gradient; a gradient that is not finite changes nothing.
  /// @return its norm, before clipping
  double move(training const& o, std::uint64_t update, std::span<double const> gradient) {
    std::vector<T> g(N);
    double square = 0;
    for (std::size_t k = 0; k < N; ++k) square += gradient[k] * gradient[k];
    double const norm = std::sqrt(square);
    if (!std::isfinite(norm)) return norm;
    double const scale = norm > o.clip_norm ? o.clip_norm / norm : 1;
    for (std::size_t k = 0; k < N; ++k) {
      double const decay =
          o.decay_to_start * (static_cast<double>(weights_[k]) - static_cast<double>(start_[k]));
      double const limited = std::clamp(scale * gradient[k], -o.clip_value, o.clip_value);
      g[k] = static_cast<T>(limited + decay);
    }
    auto const rate = static_cast<float>(o.rate * schedule(o, update));
    T const* const down = g.data();
    if (o.rule == training::update_rule::adam)
      (void)optim::adam{{.rate = rate}}.step(weights_.data(), down, *adam_);
    else
      (void)optim::rmsprop{{.rate = rate, .beta = 0.9F, .epsilon = 1e-10F}}.step(weights_.data(),
                                                                                 down, *rmsprop_);
    return norm;
  }

  /// What the rate is multiplied by: 1 for the constant share of the updates, then half a cosine
  /// down to 0.02.
  [[nodiscard]] static double schedule(training const& o, std::uint64_t update) {
    double const done =
        static_cast<double>(update) / static_cast<double>(std::max<std::uint64_t>(1, o.updates));
    if (done <= o.constant_share || o.constant_share == 1) return 1;
    double const falling = std::min(1.0, (done - o.constant_share) / (1 - o.constant_share));
    return 0.02 + 0.98 * 0.5 * (1 + std::cos(std::numbers::pi * falling));
  }

  static void record(auto& self, auto&& f) {
    f.per_problem("weights", std::span(self.weights_));
    f.per_problem("start", std::span(self.start_));
    f.part("adam", *self.adam_);
    f.part("rmsprop", *self.rmsprop_);
  }

 private:
  std::vector<T> weights_, start_;
  std::unique_ptr<optim::adam::state<layout, T>> adam_ =
      std::make_unique<optim::adam::state<layout, T>>();
  std::unique_ptr<optim::rmsprop::state<layout, T>> rmsprop_ =
      std::make_unique<optim::rmsprop::state<layout, T>>();
};

}  // namespace halo::meta

#include <halo/macros_back.hpp>
