// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/core/record.hpp>
#include <halo/learned/true_parameters.hpp>
#include <halo/meta/average_loss.hpp>
#include <halo/meta/iterates.hpp>
#include <halo/meta/meta_loss.hpp>
#include <halo/meta/spectral_norm.hpp>
#include <halo/meta/steering.hpp>
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
/// where c is the Jacobian factor and ḡ the adjoint of the gradient that the optimizer got
/// (second derivatives only): one exact Hessian-vector product a step serves both.
/// With the spectral norm, c ∇‖H_i‖₂ is added to λ instead. Allocates at construction, and slopes
/// in the first window that has it.
///
/// A policy decides as on a device (steering.hpp); the loss that counts is that of all rows, the
/// spectral norm that of the task's own mini-batch.
template <learned::program P, task::task Task, class Policy = optim::selection>
class run {
 public:
  using scalar = typename Task::scalar;
  using layout = typename Task::layout;
  using optimizer_type = learned::optimizer<P, scalar>;
  using state_type = learned::state<P, layout, scalar>;

  /// @param most  iterations of the longest window
  run(Task& task, std::size_t most, Policy const& policy = {})
      : task_(&task),
        steering_(task, policy),
        orders_(most + 1),
        at_(most, apart),
        lambda_(size),
        product_(size),
        curvature_(size),
        own_(apart ? size : 0),
        state_adjoint_(std::make_unique<state_type>()) {}

  /// Begins anew: parameters, optimizer state and draws.
  void restart(optimizer_type const& rule, seed s) {
    task_->start(s, at_.theta.data());
    at_.state.reset(new state_type(rule.template init<layout, scalar>()));
    steering_.restart();
    seed_ = s;
    iteration_ = 0;
  }

  /// Iterations so far.
  [[nodiscard]] std::uint64_t iteration() const noexcept { return iteration_; }
  /// θ after them.
  [[nodiscard]] std::span<scalar const> parameters() const noexcept { return at_.theta; }
  /// The optimizer's state after them.
  [[nodiscard]] state_type& state() noexcept { return *at_.state; }
  /// The policy and what it remembers.
  [[nodiscard]] auto const& steered() const noexcept { return steering_; }

  /// What a run goes on from; draw_again() must follow when it was written to.
  static void record(auto& self, auto&& f) {
    f.per_problem("theta", std::span(self.at_.theta));
    f.number("seed", self.seed_.value);
    f.number("iteration", self.iteration_);
    f.part("state", *self.at_.state);
    f.part("policy", self.steering_);
  }
  /// The task draws again what it drew when the run began.
  void draw_again() { task_->start(seed_, product_.data()); }

  /// One window; its meta-gradient is added to `weights` unless that is empty.
  window_report window(optimizer_type const& rule, std::size_t n, meta_loss const& kind,
                       std::span<scalar> weights) {
    window_report r;
    bool const first = iteration_ == 0;
    if (!forward(rule, n, kind, r)) return r;
    if (!weights.empty()) backward(rule, n, kind, first, weights);
    return r;
  }

 private:
  static constexpr std::size_t size = layout::size;
  static constexpr std::uint64_t fresh_draws = std::uint64_t{1} << 40U;
  using steering_type = steering<optimizer_type, Task, Policy>;
  /// Whether the optimizer gets gradients that are not those of the losses that count: of an
  /// optimizer with attention, or of the hardest examples.
  static constexpr bool apart = learned::program_traits<P>::attends || steering_type::selective;

  bool forward(optimizer_type const& rule, std::size_t n, meta_loss const& kind, window_report& r) {
    at_.restart();
    average_.restart();
    std::size_t const tail = kind.averaged(n);
    begin_ = iteration_;
    for (std::size_t i = 0; i < n; ++i) {
      auto const turn = steering_.begin(seed_, iteration_++, at_.theta.data(), at_.gradient(i));
      orders_[i] = turn.order;
      at_.loss(i) = turn.found.loss;
      auto const status = at_.step(rule, turn.context);
      steering_.end(turn, status);
      if (status == optim::status::non_finite) return r.finite = false;
      if (i + tail >= n) average_.add(at_.true_at(i + 1), tail);
    }
    return kind.at_average ? evaluate_average(kind, r) : evaluate_iterates(n, kind, r);
  }
  bool evaluate_iterates(std::size_t n, meta_loss const& kind, window_report& r) {
    orders_[n] = steering_.decide(seed_, iteration_);
    for (std::size_t i = apart ? 0 : n; i <= n; ++i)
      at_.loss(i) =
          steering_.evaluate(orders_[i].whole, begin_ + i, at_.true_at(i), at_.true_gradient(i))
              .loss;
    r.last = at_.loss(n);
    for (std::size_t i = 0; i <= n; ++i) {
      double const share = kind.share(i, n);
      if (share == 0) continue;
      r.loss += share * kind.value(at_.loss(i));
      if (kind.jacobian != 0) r.jacobian += share * kind.factor(size) * roughness(i, kind);
    }
    r.loss += r.jacobian;
    return r.finite = std::isfinite(r.loss);
  }

  /// What the Jacobian term measures at iterate i; its slope stays in slopes_ if it is not 2 H·g.
  double roughness(std::size_t i, meta_loss const& kind) {
    double square = 0;
    if (!kind.spectral) {
      scalar const* const g = at_.true_gradient(i);
      for (std::size_t k = 0; k < size; ++k)
        square += static_cast<double>(g[k]) * static_cast<double>(g[k]);
      return square;
    }
    if (slopes_.size() < (at_.count() + 1) * size) slopes_.resize((at_.count() + 1) * size);
    scalar const* const at = at_.true_at(i);
    double const norm = norm_.value(*task_, begin_ + i, at, kind.power_iterations);
    if (i > 0) norm_.slope(*task_, begin_ + i, at, slopes_.data() + i * size);
    return norm;
  }

  bool evaluate_average(meta_loss const& kind, window_report& r) {
    auto const found = average_.evaluate(*task_, kind, fresh_draws + iteration_, norm_);
    r.last = found.loss;
    r.jacobian = found.jacobian;
    r.loss = kind.value(found.loss) + r.jacobian;
    return r.finite = std::isfinite(r.loss);
  }

  void backward(optimizer_type const& rule, std::size_t n, meta_loss const& kind, bool first,
                std::span<scalar> weights) {
    std::fill(lambda_.begin(), lambda_.end(), scalar(0));
    state_adjoint_.reset(new state_type());
    bool const second = kind.second_derivatives;
    for (std::size_t i = n; i > 0; --i) {
      bool const through_gradient = second && i < n && at_.moved(i);
      if (!through_gradient) std::fill(product_.begin(), product_.end(), scalar(0));
      if constexpr (apart) {
        if (through_gradient) add_hessian_product(i, orders_[i].gradient_of, at_.theta_at(i));
        add_true_adjoint(i, n, kind);
      } else {
        bool const from_loss = add_loss_adjoint(i, n, kind);
        if (through_gradient || from_loss)
          add_hessian_product(i, orders_[i].whole, at_.theta_at(i));
      }
      at_.backward(rule, i - 1, lambda_.data(), *state_adjoint_,
                   second ? product_.data() : nullptr);
    }
    if (first) at_.backward_initial(rule, *state_adjoint_);
    at_.add_weights(weights);
  }

  /// λ ← λ + H_i · product_.
  void add_hessian_product(std::size_t i, task::choice c, scalar const* at) {
    steering_.hessian_vector_product(c, begin_ + i, at, product_.data(), curvature_.data());
    for (std::size_t k = 0; k < size; ++k) lambda_[k] += curvature_[k];
  }
  /// What the losses hand to θ_i; whether product_ waits for H_i.
  bool add_loss_adjoint(std::size_t i, std::size_t n, meta_loss const& kind) {
    return kind.at_average ? at_average(i, n, kind) : at_iterate(i, n, kind);
  }
  /// The same to the parameters that count: to θ_i and to what is added to it.
  void add_true_adjoint(std::size_t i, std::size_t n, meta_loss const& kind) {
    std::fill(product_.begin(), product_.end(), scalar(0));
    std::fill(own_.begin(), own_.end(), scalar(0));
    lambda_.swap(own_);
    if (add_loss_adjoint(i, n, kind)) add_hessian_product(i, orders_[i].whole, at_.true_at(i));
    lambda_.swap(own_);
    for (std::size_t k = 0; k < size; ++k) lambda_[k] += own_[k];
    if constexpr (learned::program_traits<P>::attends)
      learned::for_each_true<P>(*state_adjoint_,
                                [&](std::size_t k, scalar& ahead) { ahead += own_[k]; });
  }

  /// Adds to λ what the average hands to θ_i.
  bool at_average(std::size_t i, std::size_t n, meta_loss const& kind) {
    std::size_t const tail = kind.averaged(n);
    if (i + tail > n)
      for (std::size_t k = 0; k < size; ++k)
        lambda_[k] += average_.gradient()[k] / static_cast<scalar>(tail);
    return false;
  }
  /// Adds w g_i to λ and 2 w c g_i to product_, which H_i waits for; whether the latter is not 0.
  bool at_iterate(std::size_t i, std::size_t n, meta_loss const& kind) {
    double const share = kind.share(i, n);
    auto const w = static_cast<scalar>(share * kind.slope(at_.loss(i)));
    double const factor = share * kind.factor(size);
    scalar const* const g = at_.true_gradient(i);
    for (std::size_t k = 0; k < size; ++k) lambda_[k] += w * g[k];
    if (factor == 0) return false;
    if (kind.spectral) {
      scalar const* const slope = slopes_.data() + i * size;
      for (std::size_t k = 0; k < size; ++k) lambda_[k] += static_cast<scalar>(factor) * slope[k];
      return false;
    }
    for (std::size_t k = 0; k < size; ++k) product_[k] += static_cast<scalar>(2 * factor) * g[k];
    return true;
  }

  Task* task_;
  steering_type steering_;
  std::vector<typename steering_type::order> orders_;
  iterates<P, Task> at_;
  std::vector<scalar> lambda_, product_, curvature_, own_, slopes_;
  average_loss<Task> average_;
  spectral_norm<Task> norm_;
  std::unique_ptr<state_type> state_adjoint_;
  seed seed_{};
  std::uint64_t iteration_ = 0, begin_ = 0;
};

}  // namespace halo::meta

#include <halo/macros_back.hpp>
