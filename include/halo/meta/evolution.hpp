// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/io/identity.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/meta/draws.hpp>
#include <halo/meta/parallel.hpp>
#include <halo/meta/pool_training.hpp>
#include <halo/meta/slot.hpp>
#include <halo/meta/training.hpp>

namespace halo::meta {

/// How weights are perturbed.
struct evolution_options {
  double deviation = 0.02;  ///< σ of every weight
  bool persistent = true;   ///< PES, otherwise ES

  static constexpr void record(auto& self, auto&& f) {
    f.option("deviation", self.deviation, allowed::positive());
    f.option("persistent", self.persistent);
  }
};

/// Trains the weights of a program by the losses of perturbed ones alone: nothing is
/// differentiated.
///
/// Two runs of a task go on side by side with weights φ + ε and φ - ε, ε ~ N(0, σ²) drawn anew for
/// each window. With L± the meta-losses of their windows
///     ES:  ĝ = ε (L₊ - L₋) / 2σ²                                     [Salimans et al. 2017]
///     PES: ĝ = ξ (L₊ - L₋) / 2σ²,  ξ = the sum of ε since the runs began [Vicol et al. 2021, alg.
///     2]
/// PES sees what weights did in earlier windows, which truncated gradients do not. Under ES both
/// runs go on from the first one's end, so that L₊ and L₋ differ by ε alone. The bits are the same
/// for any number of threads.
template <learned::program P, floating T = float>
class evolution : public pool_training<P, T> {
  using base = pool_training<P, T>;
  using base::config_, base::descent_, base::in_bounds, base::options_, base::pool_, base::update_;

 public:
  using base::size;
  using typename base::optimizer_type;

  /// @param pool  pairs: places 2i and 2i + 1 hold the same task
  /// @throws halo::error if there is one without a partner
  evolution(optimizer_type const& rule, training const& options, evolution_options how,
            std::vector<std::unique_ptr<slot<P, T>>> pool)
      : base(rule, options, std::move(pool)),
        how_(how),
        reports_(pool_.size()),
        runs_(pool_.size() / 2, 0),
        ended_(pool_.size() / 2, 1),
        sum_(pool_.size() / 2 * size, 0.0),
        gradient_(size, 0.0) {
    if (pool_.size() % 2 != 0)
      fail("evolution", "pool", "pairs of places", std::to_string(pool_.size()));
    check_options(how_, "evolution");
    for (std::size_t i = 0; i < pool_.size(); i += 2) {
      auto const task = [&](std::size_t k) {
        return io::identity_of(place<P, T>{pool_[k].get(), false});
      };
      if (auto const other = io::first_difference(task(i), task(i + 1)))
        fail("evolution", "pair " + std::to_string(i / 2) + ": " + other->path, other->expected,
             other->found);
    }
  }

  /// The estimate of the last update: the mean over pairs.
  [[nodiscard]] std::span<double const> gradient() const noexcept { return gradient_; }

  /// One window of every pair, and a step of the weights.
  /// @throws halo::error as pool_training::expect_progress
  update_report update() {
    std::size_t const pairs = runs_.size(), n = draws(options_).window(update_);
    for_each_parallel(pairs, options_.threads, [&](std::size_t i) { go(i, n); });
    update_report r{.update = update_};
    std::fill(gradient_.begin(), gradient_.end(), 0.0);
    std::size_t good = 0;
    for (std::size_t i = 0; i < pairs; ++i) {
      if (!usable(i)) {
        ++r.diverged;
        continue;
      }
      ++good;
      r.loss += (reports_[2 * i].loss + reports_[2 * i + 1].loss) / 2;
      add(i);
    }
    base::learn_from(r, good, gradient_);
    for (std::size_t i = 0; i < pairs; ++i) {
      ended_[i] = !usable(i) || pool_[2 * i]->iteration() >= pool_[2 * i]->horizon() ? 1 : 0;
      r.restarted += ended_[i];
    }
    ++update_;
    return base::expect_progress(r);
  }

  /// All that decides about the bits of this training, and what it goes on from; draw_again() must
  /// follow when that was written to.
  static void record(auto& self, auto&& f) {
    f.constant("way.name", "evolution");
    f.part("way", self.how_);
    base::record_pool(self, f);
    f.per_problem("runs", std::span(self.runs_));
    f.per_problem("ended", std::span(self.ended_), allowed::between(0, 1));
    f.per_problem("sum", std::span(self.sum_));
  }

 private:
  /// One window of pair i.
  void go(std::size_t i, std::size_t n) {
    draws const chance(options_);
    auto const& at = descent_.weights();
    std::array<std::vector<T>, 2> perturbed{std::vector<T>(size), std::vector<T>(size)};
    double* const sum = sum_.data() + i * size;
    for (std::size_t k = 0; k < size; ++k) {
      double const e = how_.deviation * chance.perturbation(i, update_, size, k);
      sum[k] = e + (how_.persistent && ended_[i] == 0 ? sum[k] : 0.0);
      perturbed[0][k] = static_cast<T>(static_cast<double>(at[k]) + e);
      perturbed[1][k] = static_cast<T>(static_cast<double>(at[k]) - e);
    }
    for (std::size_t side = 0; side < 2; ++side) {
      optimizer_type const rule(std::span<T const>(perturbed[side]), config_);
      auto& place = *pool_[2 * i + side];
      if (ended_[i] != 0)
        place.restart(rule, chance.start(i, runs_[i]), chance.horizon(i, runs_[i]));
      reports_[2 * i + side] = place.window(rule, n, options_.loss, {});
    }
    if (ended_[i] != 0) ++runs_[i];
    if (!how_.persistent) copy(*pool_[2 * i], *pool_[2 * i + 1]);
  }
  static void copy(slot<P, T>& from, slot<P, T>& to) {
    place<P, T> a{&from, true}, b{&to, true};
    std::vector<std::byte> bytes;
    walk(a, [&bytes](field_path const&, auto const& field) {
      auto const raw = std::as_bytes(field.values);
      if (field.is_state()) bytes.insert(bytes.end(), raw.begin(), raw.end());
    });
    auto next = bytes.begin();
    walk(b, [&next]<class V>(field_path const&, recorded_field<V> const& field) {
      if (!field.is_state()) return;
      auto const n = static_cast<std::ptrdiff_t>(field.values.size_bytes());
      if constexpr (!std::is_const_v<V>)
        std::copy_n(next, n, std::as_writable_bytes(field.values).data());
      next += n;
    });
  }
  void add(std::size_t i) {
    double const slope =
        (reports_[2 * i].loss - reports_[2 * i + 1].loss) / (2 * how_.deviation * how_.deviation);
    for (std::size_t k = 0; k < size; ++k) gradient_[k] += slope * sum_[i * size + k];
  }
  [[nodiscard]] bool usable(std::size_t i) const noexcept {
    return in_bounds(reports_[2 * i]) && in_bounds(reports_[2 * i + 1]);
  }

  evolution_options how_;
  std::vector<window_report> reports_;
  std::vector<std::uint64_t> runs_;  ///< begun by each pair
  std::vector<std::uint8_t> ended_;  ///< pairs that begin anew with the next window
  std::vector<double> sum_, gradient_;
};

}  // namespace halo::meta
