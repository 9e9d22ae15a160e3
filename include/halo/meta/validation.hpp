// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/core/random.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/meta/parallel.hpp>
#include <halo/meta/slot.hpp>

namespace halo::meta {

/// How an optimizer did on the validation tasks: means over tasks and seeds.
struct validation_report {
  std::vector<score> at;   ///< each checkpoint
  double accuracy = 0;     ///< held out, at the average, the mean over checkpoints too
  std::size_t failed = 0;  ///< scores that are not finite; they count as accuracy 0
};

/// Whole runs on tasks that no meta-gradient comes from.
///
/// Run r of task i has the same seed whatever the optimizer, so that differences between
/// optimizers are less noisy than scores. The window loss does not tell how an optimizer does after
/// thousands of steps; this does.
template <learned::program P, floating T = float>
class validation {
 public:
  using optimizer_type = learned::optimizer<P, T>;

  /// @param checkpoints  iterations, ascending
  /// @param runs         of each task
  /// @throws halo::error if there is none of one of them, or checkpoints do not ascend
  validation(std::vector<std::unique_ptr<slot<P, T>>> tasks, std::vector<std::uint64_t> checkpoints,
             std::size_t runs, seed starts)
      : tasks_(std::move(tasks)),
        checkpoints_(std::move(checkpoints)),
        runs_(runs),
        starts_(starts) {
    if (tasks_.empty() || checkpoints_.empty() || runs_ == 0)
      fail("validation", "tasks, checkpoints, runs", "at least one of each",
           std::to_string(tasks_.size()) + ", " + std::to_string(checkpoints_.size()) + ", " +
               std::to_string(runs_));
    for (std::size_t k = 1; k < checkpoints_.size(); ++k)
      if (checkpoints_[k] <= checkpoints_[k - 1])
        fail("validation", "checkpoints", "ascending", std::to_string(checkpoints_[k]));
  }

  /// Iterations at which runs are scored.
  [[nodiscard]] std::span<std::uint64_t const> checkpoints() const noexcept { return checkpoints_; }

  /// The bits do not depend on the threads.
  [[nodiscard]] validation_report evaluate(optimizer_type const& rule, std::size_t threads) {
    std::vector<std::vector<std::vector<score>>> seen(tasks_.size());
    for_each_parallel(tasks_.size(), threads, [&](std::size_t i) {
      for (std::size_t r = 0; r < runs_; ++r) {
        auto const w = generator(starts_, i).words(r);
        seed const start{(std::uint64_t{w[0]} << 32U) | w[1]};
        seen[i].push_back(tasks_[i]->evaluate(rule, start, checkpoints_));
      }
    });
    return mean(seen);
  }

 private:
  [[nodiscard]] validation_report mean(
      std::vector<std::vector<std::vector<score>>> const& seen) const {
    validation_report v;
    v.at.resize(checkpoints_.size());
    double const scores = static_cast<double>(tasks_.size() * runs_);
    for (auto const& task : seen) {
      for (auto const& run : task) {
        for (std::size_t k = 0; k < run.size(); ++k) {
          v.at[k].loss += run[k].loss / scores;
          v.at[k].accuracy += run[k].accuracy / scores;
          v.at[k].raw_accuracy += run[k].raw_accuracy / scores;
          v.at[k].finite = v.at[k].finite && run[k].finite;
          v.failed += run[k].finite ? 0U : 1U;
        }
      }
    }
    for (score const& s : v.at) v.accuracy += s.accuracy / static_cast<double>(v.at.size());
    return v;
  }

  std::vector<std::unique_ptr<slot<P, T>>> tasks_;
  std::vector<std::uint64_t> checkpoints_;
  std::size_t runs_;
  seed starts_;
};

/// The best weights so far. It begins with the untrained ones, so trained weights are accepted only
/// where they beat those; a score that is not a number is below all others.
template <learned::program P, floating T = float>
class champion {
 public:
  using optimizer_type = learned::optimizer<P, T>;

  /// Begins with untrained weights and what they scored.
  champion(optimizer_type const& untrained, double value)
      : weights_(untrained.values().begin(), untrained.values().end()),
        config_(untrained.config),
        score_(std::isnan(value) ? -std::numeric_limits<double>::max() : value),
        first_(score_) {}

  /// Takes weights that score higher; says whether it did. A score that is not a number loses.
  bool offer(std::span<T const> weights, double value, std::uint64_t update) {
    HALO_EXPECTS(weights.size() == weights_.size(), "champion: one number for every weight");
    if (!(value > score_)) return false;
    weights_.assign(weights.begin(), weights.end());
    score_ = value;
    update_ = update;
    return true;
  }

  /// The optimizer with the best weights.
  [[nodiscard]] optimizer_type optimizer() const {
    return optimizer_type(std::span<T const>(weights_), config_);
  }
  /// What they scored.
  [[nodiscard]] double score() const noexcept { return score_; }
  /// What the first ones did.
  [[nodiscard]] double untrained_score() const noexcept { return first_; }
  /// The update after which they were offered; 0: the untrained ones.
  [[nodiscard]] std::uint64_t update() const noexcept { return update_; }

  static void record(auto& self, auto&& f) {
    f.per_problem("weights", std::span(self.weights_));
    f.number("score", self.score_);
    f.number("untrained_score", self.first_);
    f.number("update", self.update_);
  }

 private:
  std::vector<T> weights_;
  P config_;
  double score_, first_;
  std::uint64_t update_ = 0;
};

}  // namespace halo::meta

#include <halo/macros_back.hpp>
