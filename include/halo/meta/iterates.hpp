// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <halo/learned/optimizer.hpp>
#include <halo/learned/true_parameters.hpp>
#include <halo/learned/unroll.hpp>
#include <halo/task/task.hpp>

namespace halo::meta {

/// Where a run stands, and the iterates i = 0 ... n of its window: parameters, gradients, losses,
/// and the steps that can be gone back.
///
/// An optimizer with attention gets gradients at θ_i, and its losses count at the parameters
/// θ*_i; for the others these are one. Allocates at construction only.
template <learned::program P, task::task Task>
class iterates {
 public:
  using scalar = typename Task::scalar;
  using layout = typename Task::layout;
  using optimizer_type = learned::optimizer<P, scalar>;
  using state_type = learned::state<P, layout, scalar>;
  static constexpr std::size_t size = layout::size;

  /// @param most   iterations of the longest window
  /// @param apart  whether gradients that the optimizer gets are not those of the losses that count
  explicit iterates(std::size_t most, bool apart = learned::program_traits<P>::attends)
      : theta(size),
        state(std::make_unique<state_type>()),
        unroll_(most),
        gradients_((most + 1) * size),
        true_gradients_(apart ? gradients_.size() : 0),
        point_(learned::program_traits<P>::attends ? size : 0),
        losses_(most + 1),
        record_(most + 1) {}

  std::vector<scalar> theta;          ///< after the last step
  std::unique_ptr<state_type> state;  ///< of the optimizer, too

  /// Begins a window: no step is recorded.
  void restart() noexcept {
    unroll_.restart();
    count_ = 0;
  }
  /// How many steps there were.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// The gradient that the optimizer gets at θ_i, and that of the loss that counts, at θ*_i.
  [[nodiscard]] scalar* gradient(std::size_t i) noexcept { return gradients_.data() + i * size; }
  /// The same at θ*_i; gradient(i) where these are one.
  [[nodiscard]] scalar* true_gradient(std::size_t i) noexcept {
    return true_gradients_.empty() ? gradient(i) : true_gradients_.data() + i * size;
  }
  [[nodiscard]] double& loss(std::size_t i) noexcept { return losses_[i]; }

  /// One step from θ_i, whose gradient and loss are there.
  optim::status step(optimizer_type const& rule, optim::step_context<scalar> const& context) {
    record_[count_] = unroll_.size();
    auto const status = unroll_.step(rule, theta.data(), gradient(count_), *state, context);
    if (status != optim::status::done) record_[count_] = none;
    ++count_;
    return status;
  }

  /// θ_i.
  [[nodiscard]] scalar const* theta_at(std::size_t i) const noexcept {
    i = moved_from(i);
    return i == count_ ? theta.data() : unroll_.theta(record_[i]);
  }
  /// θ*_i; overwritten by the next call.
  [[nodiscard]] scalar const* true_at(std::size_t i) noexcept {
    i = moved_from(i);
    state_type const& s = i == count_ ? *state : unroll_.state(record_[i]);
    return learned::true_parameters(s, theta_at(i), point_.data());
  }

  /// Whether the step from θ_i moved anything.
  [[nodiscard]] bool moved(std::size_t i) const noexcept { return record_[i] != none; }
  /// Back through it, if it did: learned::unroll::backward.
  void backward(optimizer_type const& rule, std::size_t i, scalar* theta_adjoint,
                state_type& state_adjoint, scalar* gradient_adjoint) {
    if (moved(i))
      unroll_.backward(rule, record_[i], theta_adjoint, state_adjoint, gradient_adjoint);
  }
  /// Back into the weights that made the run's first state.
  void backward_initial(optimizer_type const& rule, state_type const& state_adjoint) {
    unroll_.backward_initial(rule, state_adjoint);
  }
  /// Adds what flowed back into the weights.
  void add_weights(std::span<scalar> to) { unroll_.add_weights(to); }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  [[nodiscard]] std::size_t moved_from(std::size_t i) const noexcept {
    while (i < count_ && !moved(i)) ++i;
    return i;
  }

  learned::unroll<P, layout, scalar> unroll_;
  std::vector<scalar> gradients_, true_gradients_, point_;
  std::vector<double> losses_;
  std::vector<std::size_t> record_;
  std::size_t count_ = 0;
};

}  // namespace halo::meta
