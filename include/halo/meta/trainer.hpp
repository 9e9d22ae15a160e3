// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

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
#include <halo/meta/parallel.hpp>
#include <halo/meta/pool_training.hpp>
#include <halo/meta/slot.hpp>
#include <halo/meta/training.hpp>

namespace halo::meta {

/// Trains the weights of a program on a pool of runs that are all at different points of their
/// way: each update lets every run go on for one window.
///
/// Every draw is a function of the seed, the update and the place in the pool; meta-gradients are
/// added in the pool's order. So the bits are the same for any number of threads.
template <learned::program P, floating T = float>
class trainer : public pool_training<P, T> {
  using base = pool_training<P, T>;
  using base::config_, base::descent_, base::in_bounds, base::options_, base::pool_, base::update_;

 public:
  using base::size;
  using typename base::optimizer_type;

  /// Begins every run.
  /// @throws halo::error for an option out of its range, or no task
  trainer(optimizer_type const& rule, training const& options,
          std::vector<std::unique_ptr<slot<P, T>>> pool)
      : base(rule, options, std::move(pool)),
        gradients_(pool_.size() * size),
        reports_(pool_.size()),
        seeds_(pool_.size(), 0) {
    for (std::size_t i = 0; i < pool_.size(); ++i) restart(i);
  }

  /// One window of every run, and a step of the weights.
  /// @throws halo::error as pool_training::expect_progress
  update_report update() {
    optimizer_type const rule = base::optimizer();
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
        ++(in_bounds(reports_[i]) ? r.unusable : r.diverged);
        continue;
      }
      ++good;
      r.loss += reports_[i].loss;
      for (std::size_t k = 0; k < size; ++k)
        sum[k] += static_cast<double>(gradients_[i * size + k]);
    }
    base::learn_from(r, good, sum);
    ++update_;
    for (std::size_t i = 0; i < pool_.size(); ++i) {
      if (usable(i) && pool_[i]->iteration() < pool_[i]->horizon()) continue;
      ++r.restarted;
      restart(i);
    }
    return base::expect_progress(r);
  }

  /// All that decides about the bits of this training, and what it goes on from; draw_again() must
  /// follow when that was written to.
  static void record(auto& self, auto&& f) {
    f.constant("way.name", "windows");
    base::record_pool(self, f);
    f.per_problem("restarts", std::span(self.seeds_));
  }

 private:
  [[nodiscard]] bool usable(std::size_t i) const {
    if (!in_bounds(reports_[i])) return false;
    for (std::size_t k = 0; k < size; ++k)
      if (!std::isfinite(gradients_[i * size + k])) return false;
    return true;
  }

  void restart(std::size_t i) {
    draws const chance(options_);
    pool_[i]->restart(base::optimizer(), chance.start(i, seeds_[i]), chance.horizon(i, seeds_[i]));
    ++seeds_[i];
  }

  std::vector<T> gradients_;
  std::vector<window_report> reports_;
  std::vector<std::uint64_t> seeds_;
};

}  // namespace halo::meta

#include <halo/macros_back.hpp>
