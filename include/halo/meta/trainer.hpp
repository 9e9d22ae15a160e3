// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/meta/meta_loss.hpp>
#include <halo/meta/parallel.hpp>
#include <halo/meta/slot.hpp>
#include <halo/optim/adam.hpp>

namespace halo::meta {

/// How an optimizer's weights are trained.
struct training {
  std::uint64_t updates = 400;
  std::size_t shortest = 20, longest = 150;              ///< window, log-uniform
  std::uint64_t shortest_run = 150, longest_run = 2500;  ///< iterations of a run, log-uniform
  meta_loss loss = meta_loss::averaged();
  double rate = 1e-3;           ///< of the meta-optimizer (Adam); constant, then a cosine
  double constant_share = 0.5;  ///< of the updates, before the cosine falls to 2 %
  double clip = 1.0;            ///< most norm of the meta-gradient
  double ridge = 0.0;           ///< pull of the weights to where they began
  std::size_t threads = 1;
  seed draws{};
};

/// What an update did.
struct update_report {
  std::uint64_t update = 0;
  double loss = 0;            ///< mean meta-loss of the pool
  double norm = 0;            ///< of the meta-gradient, before clipping
  std::size_t restarted = 0;  ///< runs that ended or went out of bounds
  std::size_t diverged = 0;   ///< those out of bounds
};

/// Trains the weights of a program on a pool of runs that are all at different points of their
/// way: each update lets every run go on for one window.
///
/// Every draw is a function of the seed, the update and the place in the pool; meta-gradients are
/// added in the pool's order. So the bits are the same for any number of threads.
template <learned::program P, floating T = float>
class trainer {
 public:
  using optimizer_type = learned::optimizer<P, T>;
  using layout = flat_layout<P::table.size>;
  static constexpr std::size_t size = P::table.size;

  trainer(optimizer_type const& rule, training options,
          std::vector<std::unique_ptr<slot<P, T>>> pool)
      : options_(options),
        pool_(std::move(pool)),
        weights_(rule.values().begin(), rule.values().end()),
        origin_(weights_),
        config_(rule.config),
        gradients_(pool_.size() * size),
        reports_(pool_.size()),
        seeds_(pool_.size(), 0) {
    for (std::size_t i = 0; i < pool_.size(); ++i) restart(i);
  }

  [[nodiscard]] optimizer_type optimizer() const {
    return optimizer_type(std::span<T const>(weights_), config_);
  }
  [[nodiscard]] std::uint64_t updates() const noexcept { return update_; }
  [[nodiscard]] std::span<T const> weights() const noexcept { return weights_; }

  update_report update() {
    optimizer_type const rule = optimizer();
    update_report r{.update = update_};
    generator g(options_.draws, window_stream);
    g.seek(update_);
    std::size_t const n =
        static_cast<std::size_t>(log_uniform(g.uniform(), static_cast<double>(options_.shortest),
                                             static_cast<double>(options_.longest)));
    std::fill(gradients_.begin(), gradients_.end(), T(0));
    for_each_parallel(pool_.size(), options_.threads, [&](std::size_t i) {
      reports_[i] = pool_[i]->window(rule, n, options_.loss,
                                     std::span<T>(gradients_.data() + i * size, size));
    });
    std::vector<double> sum(size, 0.0);
    std::size_t good = 0;
    for (std::size_t i = 0; i < pool_.size(); ++i) {
      if (!usable(i)) {
        ++r.diverged;
        continue;
      }
      ++good;
      r.loss += reports_[i].loss;
      for (std::size_t k = 0; k < size; ++k)
        sum[k] += static_cast<double>(gradients_[i * size + k]);
    }
    if (good > 0) {
      r.loss /= static_cast<double>(good);
      move(sum, static_cast<double>(good), r);
    }
    ++update_;
    for (std::size_t i = 0; i < pool_.size(); ++i) {
      if (usable(i) && pool_[i]->iteration() < pool_[i]->horizon()) continue;
      ++r.restarted;
      restart(i);
    }
    return r;
  }

 private:
  static constexpr std::uint64_t window_stream = 1, horizon_stream = 2, restart_stream = 3;

  static double log_uniform(float u, double low, double high) {
    return std::exp(std::log(low) + static_cast<double>(u) * std::log(high / low));
  }
  /// A run whose loss has left the ground teaches nothing.
  [[nodiscard]] bool usable(std::size_t i) const {
    if (!reports_[i].finite || !(reports_[i].last < 20)) return false;
    for (std::size_t k = 0; k < size; ++k)
      if (!std::isfinite(gradients_[i * size + k])) return false;
    return true;
  }

  void restart(std::size_t i) {
    optimizer_type const rule = optimizer();
    generator g(options_.draws, horizon_stream + 16 * i);
    g.seek(seeds_[i]);
    auto const horizon = static_cast<std::uint64_t>(
        log_uniform(g.uniform(), static_cast<double>(options_.shortest_run),
                    static_cast<double>(options_.longest_run)));
    generator const draws(options_.draws, restart_stream + 16 * i);
    auto const w = draws.words(seeds_[i]++);
    pool_[i]->restart(rule, seed{(std::uint64_t{w[0]} << 32) | w[1]}, horizon);
  }

  void move(std::vector<double> const& sum, double share, update_report& r) {
    std::vector<T> gradient(size);
    double square = 0;
    for (std::size_t k = 0; k < size; ++k) {
      double const g = sum[k] / share;
      square += g * g;
      gradient[k] = static_cast<T>(g + options_.ridge * (static_cast<double>(weights_[k]) -
                                                         static_cast<double>(origin_[k])));
    }
    r.norm = std::sqrt(square);
    if (!std::isfinite(r.norm)) return;
    optim::step_context<T> context;
    context.scale = static_cast<T>(r.norm > options_.clip ? options_.clip / r.norm : 1.0);
    optim::adam const adam{{.rate = static_cast<float>(options_.rate * schedule())}};
    (void)adam.step(weights_.data(), static_cast<T const*>(gradient.data()), *adam_, context);
  }
  [[nodiscard]] double schedule() const {
    double const done = static_cast<double>(update_) /
                        static_cast<double>(std::max<std::uint64_t>(1, options_.updates));
    if (done <= options_.constant_share) return 1;
    double const falling =
        std::min(1.0, (done - options_.constant_share) / (1 - options_.constant_share));
    return 0.02 + 0.98 * 0.5 * (1 + std::cos(std::numbers::pi * falling));
  }

  training options_;
  std::vector<std::unique_ptr<slot<P, T>>> pool_;
  std::vector<T> weights_, origin_;
  P config_;
  std::vector<T> gradients_;
  std::vector<window_report> reports_;
  std::vector<std::uint64_t> seeds_;
  std::uint64_t update_ = 0;
  std::unique_ptr<optim::adam::state<layout, T>> adam_ =
      std::make_unique<optim::adam::state<layout, T>>();
};

}  // namespace halo::meta
