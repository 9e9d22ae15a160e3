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
#include <type_traits>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/core/options.hpp>
#include <halo/core/random.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/meta/meta_optimizer.hpp>
#include <halo/meta/slot.hpp>
#include <halo/meta/training.hpp>

namespace halo::meta {

/// Whether an update taught the weights anything.
enum class update_status : unsigned char {
  done,        ///< the weights moved
  diverged,    ///< every run went out of bounds: the weights stayed
  non_finite,  ///< runs stayed in bounds, but no meta-gradient was finite: the weights stayed
};

/// What an update did.
struct update_report {
  std::uint64_t update = 0;                    ///< its number, from 0
  update_status status = update_status::done;  ///< whether the weights moved
  double loss = 0;            ///< mean meta-loss of what taught something; NaN where nothing did
  double norm = 0;            ///< of the meta-gradient, before clipping
  std::size_t restarted = 0;  ///< runs that ended or went out of bounds
  std::size_t diverged = 0;   ///< those out of bounds
  std::size_t unusable = 0;   ///< those in bounds whose meta-gradient is not finite
};

/// What every way of training the weights of a program on a pool of tasks has: the weights on their
/// way, the pool, and how many updates there were. A way adds update() and record().
template <learned::program P, floating T = float>
class pool_training {
 public:
  using program_type = P;
  using scalar = T;
  using optimizer_type = learned::optimizer<P, T>;
  static constexpr std::size_t size = P::table.size;

  /// The optimizer with the weights of now.
  [[nodiscard]] optimizer_type optimizer() const {
    return optimizer_type(descent_.weights(), config_);
  }
  /// How many updates were made.
  [[nodiscard]] std::uint64_t updates() const noexcept { return update_; }
  /// The weights of now.
  [[nodiscard]] std::span<T const> weights() const noexcept { return descent_.weights(); }
  /// How they are trained.
  [[nodiscard]] training const& options() const noexcept { return options_; }
  /// Must follow when what record() hands out was written to.
  void draw_again() {
    for (auto const& s : pool_) s->draw_again();
  }

 protected:
  using pool_type = std::vector<std::unique_ptr<slot<P, T>>>;  ///< tasks with their runs

  /// @throws halo::error for an option out of its range, or no task
  pool_training(optimizer_type const& rule, training const& options, pool_type pool)
      : options_(options), pool_(std::move(pool)), descent_(rule.values()), config_(rule.config) {
    check_options(options, "training");
    if (pool_.empty()) fail("meta-training", "pool", "at least one task", "none");
  }

  /// Ends an update: moves the weights down the mean of the meta-gradients where there is one.
  /// @param good  places that taught something; r.loss and the gradient are sums over them
  void learn_from(update_report& r, std::size_t good, std::span<double> gradient) {
    if (good > 0) {
      r.loss /= static_cast<double>(good);
      for (double& g : gradient) g /= static_cast<double>(good);
      r.norm = descent_.move(options_, update_, gradient);
    } else {
      r.loss = std::numeric_limits<double>::quiet_NaN();
    }
    if (good == 0 || !std::isfinite(r.norm))
      r.status = r.unusable > 0 || good > 0 ? update_status::non_finite : update_status::diverged;
    failures_ = r.status == update_status::done ? 0 : failures_ + 1;
  }
  /// The last word of an update.
  /// @throws halo::error when the last `most_failures` updates taught nothing, this one included
  [[nodiscard]] update_report const& expect_progress(update_report const& r) const {
    if (failures_ >= options_.most_failures)
      fail("meta-training", "update " + std::to_string(r.update),
           "one of " + std::to_string(options_.most_failures) + " updates to teach something",
           std::to_string(r.diverged) + " runs out of bounds, " + std::to_string(r.unusable) +
               " whose meta-gradient is not finite");
    return r;
  }

  /// Of a place's window: what went out of bounds teaches nothing.
  [[nodiscard]] bool in_bounds(window_report const& r) const noexcept {
    return r.finite && r.last < options_.most_loss;
  }
  /// What all ways have: the program, the training, the weights, the tasks of all places, and
  /// where these matter their runs.
  static void record_pool(auto& way, auto&& f, bool runs = true) {
    constexpr bool fixed = std::is_const_v<std::remove_reference_t<decltype(way)>>;
    std::conditional_t<fixed, pool_training const, pool_training>& self = way;
    f.constant("program.name", P::name);
    f.part("training", self.options_);
    if constexpr (!std::is_empty_v<P>) f.part("config", self.config_);
    f.number("update", self.update_);
    f.number("failures", self.failures_);
    f.part("meta", self.descent_);
    f.constant("places", self.pool_.size());
    for (std::size_t i = 0; i < self.pool_.size(); ++i) {
      place<P, T> here{self.pool_[i].get(), runs};
      f.part("slot." + std::to_string(i), here);
    }
  }

  training options_;                 ///< how weights are trained
  pool_type pool_;                   ///< what they are trained on
  meta_optimizer<size, T> descent_;  ///< what moves them
  P config_;                         ///< the program's own options
  std::uint64_t update_ = 0;         ///< updates so far
  std::uint64_t failures_ = 0;       ///< updates in a row that taught nothing
};

}  // namespace halo::meta

#include <halo/macros_back.hpp>
