// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/meta/field.hpp>
#include <halo/meta/meta_optimizer.hpp>
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

/// What every way of training the weights of a program on a pool of tasks has: the weights on their
/// way, the pool, and how many updates there were. A way adds update(), fields() and words().
template <learned::program P, floating T = float>
class pool_training {
 public:
  using program_type = P;
  using scalar = T;
  using optimizer_type = learned::optimizer<P, T>;
  static constexpr std::size_t size = P::table.size;

  [[nodiscard]] optimizer_type optimizer() const {
    return optimizer_type(descent_.weights(), config_);
  }
  [[nodiscard]] std::uint64_t updates() const noexcept { return update_; }
  [[nodiscard]] std::span<T const> weights() const noexcept { return descent_.weights(); }
  [[nodiscard]] training const& options() const noexcept { return options_; }
  /// Must follow when fields() were written to.
  void resumed() {
    for (auto const& s : pool_) s->resumed();
  }

 protected:
  using pool_type = std::vector<std::unique_ptr<slot<P, T>>>;

  pool_training(optimizer_type const& rule, training const& options, pool_type pool)
      : options_(options), pool_(std::move(pool)), descent_(rule.values()), config_(rule.config) {}

  /// Of a place's window: what went out of bounds teaches nothing.
  [[nodiscard]] bool in_bounds(window_report const& r) const noexcept {
    return r.finite && r.last < options_.most_loss;
  }
  /// The tasks in words, behind those of the way itself.
  [[nodiscard]] std::string with_tasks(std::string text) const {
    for (auto const& s : pool_) text.append("; ").append(s->words());
    return text;
  }
  void append_places(std::vector<field>& all) {
    for (std::size_t i = 0; i < pool_.size(); ++i)
      append(all, "slot." + std::to_string(i), pool_[i]->fields());
  }

  training options_;
  pool_type pool_;
  meta_optimizer<size, T> descent_;
  P config_;
  std::uint64_t update_ = 0;
};

}  // namespace halo::meta
