// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/learned/unroll.hpp>
#include <halo/meta/field.hpp>
#include <halo/meta/meta_loss.hpp>
#include <halo/optim/selection.hpp>
#include <halo/task/task.hpp>

namespace halo::meta {

/// What a window gave.
struct window_report {
  double loss = 0;      ///< the meta-loss
  double jacobian = 0;  ///< the share of the Jacobian term in it
  double last = 0;      ///< loss of the last mini-batch of the window
  bool finite = true;   ///< otherwise nothing was added to the meta-gradient
};

/// A task on its way: parameters and optimizer state that go on from window to window.
///
/// A window is n iterations of the optimizer on the task; its meta-loss depends on the weights of
/// the optimizer through all n of them, and on nothing before (truncated backpropagation through
/// time). For the iterates' losses, w_i = the weights of meta_loss,
///     λ_n = w_n g_n + ...,   λ_{i-1} = λ_i + w g_{i-1} + H_{i-1} (2 w c g_{i-1} + ḡ_{i-1})
/// where c is the Jacobian factor and ḡ the adjoint of the gradient that the optimizer was fed
/// (second derivatives only): one exact Hessian-vector product a step serves both.
/// Allocates at construction only.
template <learned::program P, task::task Task>
class run {
 public:
  using scalar = typename Task::scalar;
  using layout = typename Task::layout;
  using optimizer_type = learned::optimizer<P, scalar>;
  using state_type = learned::state<P, layout, scalar>;

  /// @param most  iterations of the longest window
  run(Task& task, std::size_t most)
      : task_(&task),
        unroll_(most),
        theta_(layout::size),
        lambda_(layout::size),
        average_(layout::size),
        vector_(layout::size),
        product_(layout::size),
        curvature_(layout::size),
        gradients_((most + 1) * layout::size),
        losses_(most + 1),
        record_(most + 1),
        state_(std::make_unique<state_type>()),
        state_adjoint_(std::make_unique<state_type>()) {}

  /// Begins anew: parameters, optimizer state and draws.
  void restart(optimizer_type const& rule, seed s) {
    task_->start(s, theta_.data());
    assign_initial(rule);
    seed_ = s;
    iteration_ = 0;
  }
  /// Begins anew from given parameters.
  void restart(optimizer_type const& rule, seed s, std::span<scalar const> theta) {
    restart(rule, s);
    std::copy(theta.begin(), theta.end(), theta_.begin());
  }

  [[nodiscard]] std::uint64_t iteration() const noexcept { return iteration_; }
  [[nodiscard]] std::span<scalar const> parameters() const noexcept { return theta_; }
  [[nodiscard]] state_type& state() noexcept { return *state_; }

  /// What a run goes on from; resumed() must follow when it was written to.
  [[nodiscard]] std::vector<field> fields() {
    std::vector<field> all{field_of("theta", std::span(theta_)), field_of("seed", seed_.value),
                           field_of("iteration", iteration_)};
    append(all, "state", fields_of(*state_));
    return all;
  }
  /// The task draws again what it drew when the run began.
  void resumed() { task_->start(seed_, product_.data()); }

  /// One window; its meta-gradient is added to `weights` unless that is empty.
  window_report window(optimizer_type const& rule, std::size_t n, meta_loss const& kind,
                       std::span<scalar> weights,
                       optim::selection const& select = optim::selection::dense()) {
    window_report r;
    bool const first = iteration_ == 0;
    if (!forward(rule, n, kind, select, r)) return r;
    if (!weights.empty()) backward(rule, n, kind, first, weights);
    return r;
  }

 private:
  static constexpr std::size_t size = layout::size;
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  static constexpr std::uint64_t mask_stream = 0x6d61736b, fresh_draws = std::uint64_t{1} << 40U;

  void assign_initial(optimizer_type const& rule) {
    state_.reset(new state_type(rule.template init<layout, scalar>()));
  }
  [[nodiscard]] scalar* gradient(std::size_t i) noexcept { return gradients_.data() + i * size; }
  /// θ of iteration i of the window.
  [[nodiscard]] scalar const* theta_at(std::size_t i, std::size_t n) const noexcept {
    while (i < n && record_[i] == none) ++i;
    return i == n ? theta_.data() : unroll_.theta(record_[i]);
  }

  bool forward(optimizer_type const& rule, std::size_t n, meta_loss const& kind,
               optim::selection const& select, window_report& r) {
    unroll_.restart();
    std::fill(average_.begin(), average_.end(), scalar(0));
    std::size_t const tail = kind.averaged(n);
    begin_ = iteration_;
    for (std::size_t i = 0; i < n; ++i) {
      losses_[i] = task_->value_and_gradient(
          task::part::train, iteration_, static_cast<scalar const*>(theta_.data()), gradient(i));
      optim::step_context<scalar> context;
      context.loss = losses_[i];
      context.rows = task_->rows();
      context.mask = select.draw(generator(seed_, mask_stream), iteration_++, layout::layers);
      record_[i] = unroll_.size();
      auto const status = unroll_.step(rule, theta_.data(), gradient(i), *state_, context);
      if (status == optim::status::non_finite) return give_up(r);
      if (status == optim::status::empty) record_[i] = none;
      if (i + tail >= n)
        for (std::size_t k = 0; k < size; ++k) average_[k] += theta_[k] / static_cast<scalar>(tail);
    }
    return kind.at_average ? look_at_average(kind, r) : look_at_iterates(n, kind, r);
  }

  bool give_up(window_report& r) noexcept {
    r.finite = false;
    return false;
  }

  bool look_at_iterates(std::size_t n, meta_loss const& kind, window_report& r) {
    losses_[n] = task_->value_and_gradient(task::part::train, iteration_,
                                           static_cast<scalar const*>(theta_.data()), gradient(n));
    r.last = losses_[n];
    for (std::size_t i = 0; i <= n; ++i) {
      double const share = kind.share(i, n);
      if (share == 0) continue;
      double square = 0;
      for (std::size_t k = 0; k < size; ++k)
        square += static_cast<double>(gradient(i)[k]) * static_cast<double>(gradient(i)[k]);
      r.loss += share * kind.value(losses_[i]);
      r.jacobian += share * kind.factor(size) * square;
    }
    r.loss += r.jacobian;
    return std::isfinite(r.loss) || give_up(r);
  }

  /// L(θ̄) over fresh mini-batches, the last of them held out, and the Jacobian term of one to train
  /// on; what flows back from both stays in vector_.
  bool look_at_average(meta_loss const& kind, window_report& r) {
    std::fill(vector_.begin(), vector_.end(), scalar(0));
    scalar const* const at = average_.data();
    std::uint64_t const fresh = fresh_draws + iteration_;
    std::size_t const batches = kind.fresh_batches;
    double loss = 0, square = 0;
    for (std::size_t b = 0; b < batches; ++b) {
      auto const from =
          b + kind.held_out_batches < batches ? task::part::train : task::part::held_out;
      loss += task_->value_and_gradient(from, fresh + b, at, product_.data()) /
              static_cast<double>(batches);
      for (std::size_t k = 0; k < size; ++k)
        vector_[k] += product_[k] / static_cast<scalar>(batches);
    }
    if (kind.jacobian != 0) {
      (void)task_->value_and_gradient(task::part::train, fresh, at, product_.data());
      for (scalar const g : product_) square += static_cast<double>(g) * static_cast<double>(g);
      task_->hessian_vector_product(fresh, at, product_.data(), curvature_.data());
    }
    r.last = loss;
    r.jacobian = kind.factor(size) * square;
    r.loss = kind.value(loss) + r.jacobian;
    for (scalar& v : vector_) v *= static_cast<scalar>(kind.slope(loss));
    if (kind.jacobian != 0)
      for (std::size_t k = 0; k < size; ++k)
        vector_[k] += static_cast<scalar>(2 * kind.factor(size)) * curvature_[k];
    return std::isfinite(r.loss) || give_up(r);
  }

  void backward(optimizer_type const& rule, std::size_t n, meta_loss const& kind, bool first,
                std::span<scalar> weights) {
    std::fill(lambda_.begin(), lambda_.end(), scalar(0));
    state_adjoint_.reset(new state_type());
    bool const second = kind.second_derivatives;
    for (std::size_t i = n; i > 0; --i) {
      bool const fed = second && i < n && record_[i] != none;
      if (!fed) std::fill(product_.begin(), product_.end(), scalar(0));
      bool const bent = kind.at_average ? at_average(i, n, kind) : at_iterate(i, n, kind);
      if (fed || bent) {
        task_->hessian_vector_product(begin_ + i, theta_at(i, n), product_.data(),
                                      curvature_.data());
        for (std::size_t k = 0; k < size; ++k) lambda_[k] += curvature_[k];
      }
      std::size_t const k = record_[i - 1];
      if (k != none)
        unroll_.backward(rule, k, lambda_.data(), *state_adjoint_,
                         second ? product_.data() : nullptr);
    }
    if (first) unroll_.backward_initial(rule, *state_adjoint_);
    unroll_.add_weights(weights);
  }

  /// Adds to λ what the average hands to θ_i.
  bool at_average(std::size_t i, std::size_t n, meta_loss const& kind) {
    std::size_t const tail = kind.averaged(n);
    if (i + tail > n)
      for (std::size_t k = 0; k < size; ++k) lambda_[k] += vector_[k] / static_cast<scalar>(tail);
    return false;
  }
  /// Adds w g_i to λ and 2 w c g_i to product_, which H_i waits for; whether the latter is not 0.
  bool at_iterate(std::size_t i, std::size_t n, meta_loss const& kind) {
    double const share = kind.share(i, n);
    auto const w = static_cast<scalar>(share * kind.slope(losses_[i]));
    auto const c = static_cast<scalar>(2 * share * kind.factor(size));
    scalar const* const g = gradient(i);
    for (std::size_t k = 0; k < size; ++k) {
      lambda_[k] += w * g[k];
      product_[k] += c * g[k];
    }
    return c != scalar(0);
  }

  Task* task_;
  learned::unroll<P, layout, scalar> unroll_;
  std::vector<scalar> theta_, lambda_, average_, vector_, product_, curvature_, gradients_;
  std::vector<double> losses_;
  std::vector<std::size_t> record_;
  std::unique_ptr<state_type> state_, state_adjoint_;
  seed seed_{};
  std::uint64_t iteration_ = 0, begin_ = 0;
};

}  // namespace halo::meta
