// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/learned/lane_gradient.hpp>
#include <halo/learned/optimizer.hpp>
#include <halo/learned/scalar_gradient.hpp>
#include <halo/learned/step_facts.hpp>

namespace halo::learned {

/// Steps of a learned optimizer that are remembered, and the way back through them: reverse-mode
/// differentiation in time [Werbos 1990], the program's own text run again step by step.
///
/// Keeps a step's states, parameters, gradient, carried numbers and means: 84 + 12 bytes a
/// coordinate and step for the hierarchical RNN, no matter how many operations a step has.
/// Everything is allocated by the constructor.
template <program P, parameter_layout Layout, floating T, class Arch = simd::default_arch>
class unroll {
 public:
  using state_type = learned::state<P, Layout, T>;
  using optimizer_type = optimizer<P, T>;

  /// @param steps  most steps between two restarts
  explicit unroll(std::size_t steps) : states_(steps + 1), moments_(steps) {
    for (auto& s : states_) s = std::make_unique<state_type>();
    for (auto& m : moments_) m = std::make_unique<moment>();
    carry_adjoint_.resize(tile_layout<Layout>::largest * P::carry * tile_lanes);
  }

  /// What each of them takes.
  [[nodiscard]] static constexpr std::size_t bytes_per_step() noexcept {
    return sizeof(state_type) + sizeof(moment);
  }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  /// Forgets all steps; the memory stays.
  void restart() noexcept { count_ = 0; }
  /// The parameters and the state before step k.
  [[nodiscard]] T const* theta(std::size_t k) const noexcept { return moments_[k]->theta.data(); }
  [[nodiscard]] state_type const& state(std::size_t k) const noexcept { return *states_[k]; }

  /// One step of the optimizer. A step that changes nothing (empty, not finite) is not remembered.
  /// @pre fewer steps since the last restart than the constructor was told; s is not touched
  /// between the steps
  optim::status step(optimizer_type const& rule, T* theta, T const* gradient, state_type& s,
                     optim::step_context<T> const& context = {}) {
    HALO_EXPECTS(count_ < moments_.size(), "unroll: room for one more step");
    moment& m = *moments_[count_];
    if (count_ == 0) *states_[0] = s;
    std::copy_n(theta, Layout::size, m.theta.data());
    std::copy_n(gradient, Layout::size, m.gradient.data());
    m.context = context;
    auto const status = rule.template step<Arch>(
        theta, gradient, s, context, [&](std::size_t i, T const* carry, T const* mean) {
          std::size_t const first = tile_layout<Layout>::first[i] * P::carry * tile_lanes;
          std::size_t const count = tiles_of(Layout::table[i].count) * P::carry * tile_lanes;
          std::copy_n(carry, count, m.carry.data() + first);
          std::copy_n(mean, P::sums, m.mean.data() + i * P::sums);
        });
    if (status == optim::status::done) *states_[++count_] = s;
    return status;
  }

  /// Back through step k.
  ///
  /// @param theta_adjoint     dJ/dθ after the step → dJ/dθ before it, the gradient held fixed
  /// @param state_adjoint     dJ/d(state after) → dJ/d(state before)
  /// @param gradient_adjoint  dJ/dg of this step, written, unless null
  void backward(optimizer_type const& rule, std::size_t k, T* theta_adjoint,
                state_type& state_adjoint, T* gradient_adjoint = nullptr) {
    moment const& m = *moments_[k];
    state_type const& before = *states_[k];
    state_type const& after = *states_[k + 1];
    T const* const phi = rule.values().data();
    layer_mask const mask = m.context.mask & layer_mask::all(Layout::layers);
    facts<T> f = facts_of(before, m.context);
    if (gradient_adjoint != nullptr) std::fill_n(gradient_adjoint, Layout::size, T(0));

    if constexpr (program_traits<P>::settles)
      settled_backward(rule, f, mask, m, before, after, theta_adjoint, state_adjoint,
                       gradient_adjoint);
    at_least_one<T, P::tensor_state> total{}, last{};
    scalars_.conclude(phi, f, after.total().data(), after.tensor(Layout::tensors - 1),
                      before.global.data(), state_adjoint.global.data(), total.data(), last.data());
    add_to_tensors(state_adjoint, total.data());
    for (std::size_t i = 0; i != P::tensor_state; ++i)
      state_adjoint.tensor(Layout::tensors - 1)[i] += last[i];

    at_least_one<T, P::overview> overview{}, overview_adjoint{};
    P::survey(rule.template reader<T>(), f, before.total().data(),
              static_cast<T const*>(before.global.data()), overview.data());
    for (std::size_t i = 0; i < Layout::tensors; ++i) {
      parameter_info const& info = Layout::table[i];
      if (!mask[info.layer]) continue;
      tell_tensor<Layout>(f, i, before.steps[i] + 1);
      tensor_backward(rule, f, i, m, before, after, overview.data(), theta_adjoint, state_adjoint,
                      overview_adjoint.data(), gradient_adjoint);
    }
    scalars_.survey(phi, f, before.total().data(), before.global.data(), overview_adjoint.data(),
                    total.data(), state_adjoint.global.data());
    add_to_tensors(state_adjoint, total.data());
  }

  /// Back into the weights that made the first state of a run.
  void backward_initial(optimizer_type const& rule, state_type const& state_adjoint) {
    facts<T> f = facts_of(*states_[0], optim::step_context<T>{});
    at_least_one<T, P::global_state> global{};
    std::copy_n(state_adjoint.global.data(), P::global_state, global.data());
    for (std::size_t i = 0; i < Layout::tensors; ++i) {
      tell_tensor<Layout>(f, i, 0);
      at_least_one<T, P::state> sum{};
      for (std::size_t e = 0; e < Layout::table[i].count; ++e)
        for (std::size_t k = 0; k != P::state; ++k)
          sum[k] +=
              state_adjoint.tile(i)[(e / tile_lanes * P::state + k) * tile_lanes + e % tile_lanes];
      scalars_.initial(rule.values().data(), f, sum.data(), state_adjoint.tensor(i), global.data());
      global.fill(T(0));
    }
  }

  /// Adds dJ/d(weights), collected since the last call, to the target.
  void add_weights(std::span<T> to) {
    lanes_.add_weights(to);
    for (std::size_t i = 0; i < scalars_.weights.size(); ++i) {
      to[i] += scalars_.weights[i];
      scalars_.weights[i] = T(0);
    }
  }

 private:
  /// What a step leaves beside the states around it.
  struct moment {
    aligned_array<T, Layout::size> theta, gradient;
    aligned_array<T, tile_layout<Layout>::all * P::carry * tile_lanes> carry;
    aligned_array<T, Layout::tensors * P::sums> mean;
    optim::step_context<T> context;
  };

  static void add_to_tensors(state_type& s, T const* amount) noexcept {
    for (std::size_t i = 0; i < Layout::tensors; ++i)
      for (std::size_t k = 0; k != P::tensor_state; ++k) s.tensor(i)[k] += amount[k];
  }

  void tensor_backward(optimizer_type const& rule, facts<T> const& f, std::size_t i,
                       moment const& m, state_type const& before, state_type const& after,
                       T const* overview, T* theta_adjoint, state_type& state_adjoint,
                       T* overview_adjoint, T* gradient_adjoint) {
    parameter_info const& info = Layout::table[i];
    T const* const phi = rule.values().data();
    T const* const global = before.global.data();
    T const* const theta = m.theta.data() + info.offset;
    T const* const gradient = m.gradient.data() + info.offset;
    T const* const mean = m.mean.data() + i * P::sums;
    T const* const carry = m.carry.data() + tile_layout<Layout>::first[i] * P::carry * tile_lanes;
    T* const theta_out = theta_adjoint + info.offset;
    T* const gradient_out = gradient_adjoint == nullptr ? nullptr : gradient_adjoint + info.offset;
    at_least_one<T, P::context> context{}, context_adjoint{};
    at_least_one<T, P::decision> decision{}, decision_adjoint{};
    at_least_one<T, P::sums> mean_adjoint{};
    at_least_one<T, P::tensor_state> scratch{};
    auto const reader = rule.template reader<T>();
    P::prepare(reader, f, before.tensor(i), global, overview, context.data());
    std::copy_n(before.tensor(i), P::tensor_state, scratch.data());
    P::decide(reader, f, mean, scratch.data(), global, decision.data());

    if constexpr (!program_traits<P>::settles)
      lanes_.apply(phi, decision.data(), info.count, theta, gradient, before.tile(i), after.tile(i),
                   carry, theta_out, state_adjoint.tile(i), carry_adjoint_.data(),
                   decision_adjoint.data(), gradient_out);
    scalars_.decide(phi, f, mean, before.tensor(i), global, decision_adjoint.data(),
                    state_adjoint.tensor(i), mean_adjoint.data(), state_adjoint.global.data());
    if constexpr (program_traits<P>::observes_constants) return;
    lanes_.observe(phi, context.data(), info.count, theta, gradient, before.tile(i),
                   carry_adjoint_.data(), mean_adjoint.data(), theta_out, state_adjoint.tile(i),
                   context_adjoint.data(), gradient_out);
    scalars_.prepare(phi, f, before.tensor(i), global, overview, context_adjoint.data(),
                     state_adjoint.tensor(i), state_adjoint.global.data(), overview_adjoint);
  }

  /// Back through apply() and settle() of all selected tensors, which ran after conclude().
  void settled_backward(optimizer_type const& rule, facts<T> f, layer_mask mask, moment const& m,
                        state_type const& before, state_type const& after, T* theta_adjoint,
                        state_type& state_adjoint, T* gradient_adjoint) {
    for (std::size_t i = 0; i < Layout::tensors; ++i) {
      parameter_info const& info = Layout::table[i];
      if (!mask[info.layer]) continue;
      tell_tensor<Layout>(f, i, after.steps[i]);
      at_least_one<T, P::decision> decision{}, decision_adjoint{};
      P::settle(rule.template reader<T>(), f, after.tensor(i),
                static_cast<T const*>(after.global.data()), decision.data());
      lanes_.apply(rule.values().data(), decision.data(), info.count, m.theta.data() + info.offset,
                   m.gradient.data() + info.offset, before.tile(i), after.tile(i), m.carry.data(),
                   theta_adjoint + info.offset, state_adjoint.tile(i), carry_adjoint_.data(),
                   decision_adjoint.data(),
                   gradient_adjoint == nullptr ? nullptr : gradient_adjoint + info.offset);
      scalars_.settle(rule.values().data(), f, after.tensor(i), after.global.data(),
                      decision_adjoint.data(), state_adjoint.tensor(i),
                      state_adjoint.global.data());
    }
  }

  std::vector<std::unique_ptr<state_type>> states_;
  std::vector<std::unique_ptr<moment>> moments_;
  std::size_t count_ = 0;
  std::vector<T> carry_adjoint_;
  lane_gradient<P, T, Arch> lanes_;
  scalar_gradient<P, T> scalars_;
};

}  // namespace halo::learned
