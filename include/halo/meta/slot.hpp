// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/core/record.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/learned/true_parameters.hpp>
#include <halo/meta/any_visitor.hpp>
#include <halo/meta/meta_loss.hpp>
#include <halo/meta/window.hpp>
#include <halo/optim/selection.hpp>

namespace halo::meta {

/// How well a run went: at each checkpoint, at the parameters themselves and at their average.
struct score {
  double loss = 0;          ///< held out, at the average
  double accuracy = 0;      ///< held out, at the average
  double raw_accuracy = 0;  ///< held out, at the parameters
  bool finite = true;       ///< whether every number of the run was
};

/// A place in the pool, whatever its task: what trainer<P> calls.
template <learned::program P, floating T = float>
class slot {
 public:
  using optimizer_type = learned::optimizer<P, T>;
  virtual ~slot() = default;

  /// Begins a run of at most so many iterations from parameters the seed draws.
  virtual void restart(optimizer_type const& rule, seed s, std::uint64_t horizon) = 0;
  /// One window; its meta-gradient is added to `weights`.
  virtual window_report window(optimizer_type const& rule, std::size_t n, meta_loss const& kind,
                               std::span<T> weights) = 0;
  /// A whole run from a fresh start and how well it stands at the checkpoints, which ascend.
  virtual std::vector<score> evaluate(optimizer_type const& rule, seed s,
                                      std::span<std::uint64_t const> checkpoints) = 0;
  /// Iterations of the run so far.
  [[nodiscard]] virtual std::uint64_t iteration() const = 0;
  /// After how many the run ends.
  [[nodiscard]] virtual std::uint64_t horizon() const = 0;

  /// Its task in constants and, unless only the task is asked for, what its run goes on from;
  /// draw_again() must follow when that was written to.
  virtual void describe(recorder<any_visitor> const& f, bool with_run) = 0;
  virtual void draw_again() = 0;
};

/// A place as a value that describes itself (core/record.hpp), with its run or without.
template <learned::program P, floating T>
struct place {
  slot<P, T>* at;  ///< what describes itself
  bool with_run;   ///< or its task alone
  static void record(auto& self, auto&& f) {
    any_visitor visitor(f.visitor());
    self.at->describe(recorder<any_visitor>(visitor, f.inside()), self.with_run);
  }
};

/// A place in the pool that holds a task, run under any policy as on a device: the one an optimizer
/// is deployed with (optim::policy_for) or another.
template <learned::program P, task::task Task, class Policy = optim::selection>
class task_slot final : public slot<P, typename Task::scalar> {
  using T = typename Task::scalar;
  using base = slot<P, T>;
  using layout = typename Task::layout;

 public:
  using typename base::optimizer_type;

  /// @param most    iterations of the longest window
  /// @throws halo::error for an option of the policy out of its range, or one for other networks
  task_slot(Task task, std::size_t most, Policy const& policy = {})
      : task_(std::move(task)), run_(task_, most, policy) {}

  void restart(optimizer_type const& rule, seed s, std::uint64_t horizon) override {
    run_.restart(rule, s);
    horizon_ = horizon;
  }
  /// One window of the run.
  window_report window(optimizer_type const& rule, std::size_t n, meta_loss const& kind,
                       std::span<T> weights) override {
    return run_.window(rule, n, kind, weights);
  }
  /// Iterations of the run so far.
  [[nodiscard]] std::uint64_t iteration() const override { return run_.iteration(); }
  /// After how many the run ends.
  [[nodiscard]] std::uint64_t horizon() const override { return horizon_; }

  void describe(recorder<any_visitor> const& f, bool with_run) override {
    f.constant("parameters", std::uint64_t{layout::size});
    f.constant("rows", std::uint64_t{task_.rows()});
    f.part("policy", run_.steered().policy());
    if (!with_run) return;
    f.part("", run_);
    f.number("horizon", horizon_);
  }
  void draw_again() override { run_.draw_again(); }

  std::vector<score> evaluate(optimizer_type const& rule, seed s,
                              std::span<std::uint64_t const> checkpoints) override {
    std::vector<T> theta(layout::size), average(layout::size), gradient(layout::size), room(theta);
    task_.start(s, theta.data());
    average = theta;
    std::unique_ptr<learned::state<P, layout, T>> state(
        new learned::state<P, layout, T>(rule.template init<layout, T>()));
    std::vector<score> scores;
    std::uint64_t t = 0;
    bool finite = true;  ///< whether every number of the run was
    auto steering = run_.steered();
    steering.restart();
    auto const counted = [&] {
      return learned::true_parameters(std::as_const(*state), std::as_const(theta).data(),
                                      room.data());
    };
    for (std::uint64_t const at : checkpoints) {
      for (; t < at && finite; ++t) {
        auto const turn = steering.begin(s, t, theta.data(), gradient.data());
        auto const status =
            rule.step(theta.data(), static_cast<T const*>(gradient.data()), *state, turn.context);
        steering.end(turn, status);
        finite = status != optim::status::non_finite;
        T const rate = static_cast<T>(std::max(1.0 / 150, 1 / (1 + static_cast<double>(t) / 8)));
        T const* const now = counted();
        for (std::size_t k = 0; k < layout::size; ++k) average[k] += rate * (now[k] - average[k]);
      }
      scores.push_back(score_at(counted(), average, finite));
    }
    return scores;
  }

 private:
  score score_at(T const* theta, std::vector<T> const& average, bool finite) {
    if (!finite) return {.loss = 1e6, .finite = false};
    score s;
    constexpr std::uint64_t batches = 16;
    for (std::uint64_t b = 0; b < batches; ++b)
      s.loss +=
          task_.value_and_gradient(task::part::held_out, b, average.data(), nullptr) / batches;
    s.accuracy = task_.accuracy(average.data());
    s.raw_accuracy = task_.accuracy(theta);
    if (!std::isfinite(s.loss) || !std::isfinite(s.accuracy) || !std::isfinite(s.raw_accuracy))
      return score_at(theta, average, false);
    return s;
  }

  Task task_;
  run<P, Task, Policy> run_;
  std::uint64_t horizon_ = 0;
};

}  // namespace halo::meta

#include <halo/macros_back.hpp>
