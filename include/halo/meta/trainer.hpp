// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/meta/draws.hpp>
#include <halo/meta/field.hpp>
#include <halo/meta/meta_optimizer.hpp>
#include <halo/meta/parallel.hpp>
#include <halo/meta/slot.hpp>
#include <halo/meta/training.hpp>

namespace halo::meta {

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
  using program_type = P;
  using scalar = T;
  using optimizer_type = learned::optimizer<P, T>;
  static constexpr std::size_t size = P::table.size;

  trainer(optimizer_type const& rule, training options,
          std::vector<std::unique_ptr<slot<P, T>>> pool)
      : options_(options),
        pool_(std::move(pool)),
        descent_(rule.values()),
        config_(rule.config),
        gradients_(pool_.size() * size),
        reports_(pool_.size()),
        seeds_(pool_.size(), 0) {
    for (std::size_t i = 0; i < pool_.size(); ++i) restart(i);
  }

  [[nodiscard]] optimizer_type optimizer() const {
    return optimizer_type(descent_.weights(), config_);
  }
  [[nodiscard]] std::uint64_t updates() const noexcept { return update_; }
  [[nodiscard]] std::span<T const> weights() const noexcept { return descent_.weights(); }
  [[nodiscard]] training const& options() const noexcept { return options_; }

  update_report update() {
    optimizer_type const rule = optimizer();
    update_report r{.update = update_};
    std::size_t const n = draws(options_).window(update_);
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
      for (double& s : sum) s /= static_cast<double>(good);
      r.norm = descent_.move(options_, update_, sum);
    }
    ++update_;
    for (std::size_t i = 0; i < pool_.size(); ++i) {
      if (usable(i) && pool_[i]->iteration() < pool_[i]->horizon()) continue;
      ++r.restarted;
      restart(i);
    }
    return r;
  }

  /// What a training goes on from; resumed() must follow when it was written to.
  [[nodiscard]] std::vector<field> fields() {
    std::vector<field> all{field_of("update", update_), field_of("restarts", std::span(seeds_))};
    append(all, "meta", descent_.fields());
    for (std::size_t i = 0; i < pool_.size(); ++i)
      append(all, "slot." + std::to_string(i), pool_[i]->fields());
    return all;
  }
  void resumed() {
    for (auto const& s : pool_) s->resumed();
  }
  /// All that decides about the bits of this training, the program's own weights left out.
  [[nodiscard]] std::string words() const {
    std::string text = words_of(options_);
    for (auto const& s : pool_) text.append("; ").append(s->words());
    return text;
  }

 private:
  /// A run whose loss has left the ground teaches nothing.
  [[nodiscard]] bool usable(std::size_t i) const {
    if (!reports_[i].finite || !(reports_[i].last < options_.most_loss)) return false;
    for (std::size_t k = 0; k < size; ++k)
      if (!std::isfinite(gradients_[i * size + k])) return false;
    return true;
  }

  void restart(std::size_t i) {
    draws const chance(options_);
    pool_[i]->restart(optimizer(), chance.start(i, seeds_[i]), chance.horizon(i, seeds_[i]));
    ++seeds_[i];
  }

  training options_;
  std::vector<std::unique_ptr<slot<P, T>>> pool_;
  meta_optimizer<size, T> descent_;
  P config_;
  std::vector<T> gradients_;
  std::vector<window_report> reports_;
  std::vector<std::uint64_t> seeds_;
  std::uint64_t update_ = 0;
};

}  // namespace halo::meta
