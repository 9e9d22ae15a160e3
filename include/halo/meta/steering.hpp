// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/decide.hpp>
#include <halo/optim/operations.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/optim/policy.hpp>
#include <halo/task/choice.hpp>
#include <halo/task/task.hpp>

namespace halo::meta {

/// A policy at the wheel of a run of meta-training: it decides as in an adapter of the same seed
/// whose largest mini-batch is the task's, and is told of each step that was done.
///
/// Rows count where the task chooses (task/choice.hpp); any other's mini-batches have a size of
/// their own, no accuracy, and operations of the optimizer alone. Where a loss is spoken of below
/// it is that of all rows of the mini-batch.
template <class Optimizer, task::task Task, class Policy>
class steering {
  static_assert(optim::policy<Policy>,
                "halo: meta: the policy is none, such as optim::selection (optim/policy.hpp)");
  static_assert(!optim::policy<Policy> || !Policy::selective || task::chooses_hardest<Task>(),
                "halo: meta: the policy may run backward on the hardest examples alone, which the "
                "task cannot (task/choice.hpp): gated<Inner>::ungated does without");
  using layout = typename Task::layout;
  using scalar = typename Task::scalar;

 public:
  /// Whether a gradient may be of other examples than the loss.
  static constexpr bool selective = Policy::selective;

  /// What the policy wants of a step, and what that means for the task.
  struct order {
    layer_mask layers{};         ///< that are updated
    task::choice gradient_of{};  ///< what the optimizer gets the gradient of
    task::choice whole{};        ///< the same mini-batch, all of it
  };
  /// A step before the optimizer moves in it.
  struct turn {
    steering::order order{};                ///< what the policy wants
    task::evaluation found{};               ///< loss and accuracy before the step
    optim::step_context<scalar> context{};  ///< for the optimizer
  };

  /// @throws halo::error for an option of the policy out of its range, or one for other networks
  steering(Task& task, Policy const& policy) : task_(&task), policy_(policy) {
    optim::check_policy(policy, layout::layers);
  }
  /// The policy with its options.
  [[nodiscard]] Policy const& policy() const noexcept { return policy_; }
  /// A policy that has seen nothing.
  void restart() noexcept { state_ = {}; }

  /// What the policy wants of a step of this run.
  [[nodiscard]] order decide(seed of_run, std::uint64_t step) const noexcept {
    auto const d = optim::decide(policy_, state_, of_run, step, layout::layers);
    if constexpr (task::choosing<Task>) {
      std::size_t const n = task_->batch(d.rows);
      return {d.layers, {n, d.backward_rows(n)}, {n, n}};
    }
    return {.layers = d.layers};
  }
  /// Decides a step and evaluates its mini-batch, that of the same number; the gradient is what the
  /// optimizer gets.
  [[nodiscard]] turn begin(seed of_run, std::uint64_t step, scalar const* theta, scalar* gradient) {
    turn t;
    t.order = decide(of_run, step);
    t.found = evaluate(t.order.gradient_of, step, theta, gradient);
    t.context.loss = t.found.loss;
    t.context.rows = task_->rows();
    t.context.mask = t.order.layers;
    return t;
  }
  /// Tells the policy how the step ended.
  void end(turn const& t, optim::status how) noexcept {
    if (how != optim::status::done) return;
    std::uint64_t operations = optim::operations<Optimizer, layout>(t.order.layers);
    if constexpr (task::choosing<Task>)
      operations += task_->operations(t.order.gradient_of, t.order.layers);
    policy_.observe(state_, {t.found.loss, t.found.accuracy, operations, layout::layers});
  }

  /// The loss of mini-batch `draw`, and its gradient or that of the examples chosen.
  task::evaluation evaluate(task::choice c, std::uint64_t draw, scalar const* theta,
                            scalar* gradient) {
    if constexpr (task::choosing<Task>)
      return task_->value_and_gradient(c, draw, theta, gradient);
    else
      return {.loss = task_->value_and_gradient(task::part::train, draw, theta, gradient)};
  }
  void hessian_vector_product(task::choice c, std::uint64_t draw, scalar const* theta,
                              scalar const* v, scalar* product) {
    if constexpr (task::choosing<Task>)
      task_->hessian_vector_product(c, draw, theta, v, product);
    else
      task_->hessian_vector_product(draw, theta, v, product);
  }

  /// What the policy remembers.
  static void record(auto& self, auto&& f) { f.part("", self.state_); }

 private:
  Task* task_;
  Policy policy_;
  typename Policy::state state_{};
};

}  // namespace halo::meta
