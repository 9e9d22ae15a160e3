// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/meta/draws.hpp>
#include <halo/meta/parallel.hpp>
#include <halo/meta/pool_training.hpp>
#include <halo/meta/slot.hpp>
#include <halo/meta/training.hpp>

namespace halo::meta {

/// Which weights are perturbed, how far, and what of a run counts.
struct whole_run_options {
  std::size_t first = 0, count = 0;  ///< weights first ... first + count - 1
  double deviation = 0.05;           ///< σ
  double raw_share = 0.25;           ///< of the accuracy at the parameters, beside their average's

  static constexpr void record(auto& self, auto&& f) {
    f.option("first", self.first, allowed::finite());
    f.option("count", self.count, allowed::finite());
    f.option("deviation", self.deviation, allowed::positive());
    f.option("raw_share", self.raw_share, allowed::share());
  }
};

/// Trains some weights of a program by how well whole runs end, which no window tells: the held-out
/// error after a third of a run and at its end.
///
/// An update begins all tasks anew, each twice, from the same parameters and with the same
/// mini-batches, with weights φ + ε and φ - ε; with E± the mean of both errors
///     ĝ = ε (E₊ - E₋) / 2σ²                                          [Salimans et al. 2017]
/// The bits are the same for any number of threads.
template <learned::program P, floating T = float>
class whole_runs : public pool_training<P, T> {
  using base = pool_training<P, T>;
  using base::config_, base::descent_, base::options_, base::pool_, base::update_;

 public:
  using base::size;
  using typename base::optimizer_type;

  /// @throws halo::error if there are not so many weights
  whole_runs(optimizer_type const& rule, training const& options, whole_run_options how,
             std::vector<std::unique_ptr<slot<P, T>>> pool)
      : base(rule, options, std::move(pool)),
        how_(how),
        errors_(2 * pool_.size()),
        gradient_(size, 0.0) {
    check_options(how_, "whole_runs");
    if (how_.first > size || how_.count > size - how_.first)
      fail("whole_runs", "weights", "at most " + std::to_string(size),
           std::to_string(how_.first) + " and on " + std::to_string(how_.count));
  }

  /// The estimate of the last update: the mean over tasks.
  [[nodiscard]] std::span<double const> gradient() const noexcept { return gradient_; }

  update_report update() {
    for_each_parallel(pool_.size(), options_.threads, [&](std::size_t i) {
      errors_[2 * i] = error_of(i, 1);
      errors_[2 * i + 1] = error_of(i, -1);
    });
    update_report r{.update = update_};
    std::fill(gradient_.begin(), gradient_.end(), 0.0);
    std::size_t good = 0;
    for (std::size_t i = 0; i < pool_.size(); ++i) {
      outcome const up = errors_[2 * i], down = errors_[2 * i + 1];
      if (up.broke && down.broke) {
        ++r.diverged;
        continue;
      }
      if (!std::isfinite(up.error) || !std::isfinite(down.error)) {
        ++r.unusable;
        continue;
      }
      ++good;
      double const slope = (up.error - down.error) / (2 * how_.deviation * how_.deviation);
      r.loss += (up.error + down.error) / 2;
      for (std::size_t k = 0; k < how_.count; ++k) gradient_[how_.first + k] += slope * moved(i, k);
    }
    base::learn_from(r, good, gradient_);
    ++update_;
    return base::expect_progress(r);
  }

  /// All that decides about the bits of this training, and what it goes on from.
  static void record(auto& self, auto&& f) {
    f.constant("way.name", "whole runs");
    f.part("way", self.how_);
    base::record_pool(self, f, false);
  }

 private:
  /// ε of weight first + k in this update of place i.
  [[nodiscard]] double moved(std::size_t i, std::size_t k) const {
    return how_.deviation * draws(options_).perturbation(i, update_, how_.count, k);
  }
  struct outcome {
    double error = 0;
    bool broke = true;  ///< at its first checkpoint already
  };
  [[nodiscard]] outcome error_of(std::size_t i, int side) const {
    draws const chance(options_);
    std::vector<T> weights(descent_.weights().begin(), descent_.weights().end());
    for (std::size_t k = 0; k < how_.count; ++k)
      weights[how_.first + k] += static_cast<T>(side * moved(i, k));
    std::uint64_t const end = chance.horizon(i, update_);
    std::array<std::uint64_t, 2> const checkpoints{end / 3, end};
    optimizer_type const rule(std::span<T const>(weights), config_);
    outcome o;
    for (score const& s : pool_[i]->evaluate(rule, chance.start(i, update_), checkpoints)) {
      o.error += (1 - (1 - how_.raw_share) * s.accuracy - how_.raw_share * s.raw_accuracy) / 2;
      o.broke = o.broke && !s.finite;
    }
    return o;
  }

  whole_run_options how_;
  std::vector<outcome> errors_;
  std::vector<double> gradient_;
};

}  // namespace halo::meta
