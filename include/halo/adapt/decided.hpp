// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/report.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/decide.hpp>
#include <halo/optim/member_check.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/optim/policy.hpp>

namespace halo::adapt {

/// The run as its policy steers it: what each step is to do, what came of it, and sums over all of
/// them. The part of an adapter that asks a policy and tells it.
///
/// @tparam MaxBatch  most examples of a mini-batch
template <class Policy, std::size_t Layers, std::size_t MaxBatch>
class decided {
  static_assert(optim::detail::complain_of_policy<Policy>());
  static_assert(optim::policy<Policy>,
                "halo: adapter: the fifth argument is a policy, such as optim::selection");

 public:
  using policy_type = Policy;  ///< what decides each step's layers and examples

  /// The policy with its options.
  [[nodiscard]] Policy const& policy() const noexcept { return policy_; }
  /// The same policy with other options, from the next step on; its state stays.
  /// @throws halo::error for an option out of its range, or a policy for another number of layers
  void set_policy(Policy const& policy) { policy_ = detail::checked(policy, Layers); }

  /// How many examples the policy would like the next step to have; 0: any number. adapt::run asks.
  [[nodiscard]] std::size_t wanted_batch() const noexcept {
    return std::min(decide().rows, MaxBatch);
  }
  /// Sums over all steps so far.
  [[nodiscard]] adapt::totals const& totals() const noexcept { return totals_; }
  /// What all draws of the run begin from.
  [[nodiscard]] halo::seed seed() const noexcept { return seed_; }

 protected:
  /// @throws halo::error as set_policy
  decided(Policy const& policy, halo::seed s)
      : policy_(detail::checked(policy, Layers)), seed_(s) {}

  /// What the next step is to do.
  [[nodiscard]] optim::decision decide() const noexcept {
    return optim::decide(policy_, policy_state_, seed_, totals_.iterations, Layers);
  }
  /// A step begins: what it is to do. It is over at once where no layer is selected. A policy that
  /// waits for losses gets one though all it wants is frozen, of the uppermost layer that is not.
  /// @param frozen  layers that are left out, whatever the policy decides
  [[nodiscard]] optim::decision begin_step(layer_mask frozen = {}) noexcept {
    optim::decision d = decide();
    bool const wanted = !d.layers.empty();
    d.layers = d.layers.without(frozen);
    if constexpr (!std::is_same_v<typename Policy::state, optim::no_memory>)
      for (std::size_t j = Layers; wanted && d.layers.empty() && j-- > 0;)
        d.layers = layer_mask::only(j).without(frozen);
    ++totals_.iterations;
    if (d.layers.empty()) ++totals_.empty;
    return d;
  }
  /// A step that ran ends. Of those that were done and have a loss, not unlabelled rows alone, the
  /// policy is told.
  /// @param left      share of the run's budget that is left
  /// @param baseline  of the loss on this mini-batch (nn::baseline_of)
  void end_step(report const& r, bool has_loss = true, double left = 1,
                double baseline = 0) noexcept {
    totals_.operations += r.operations;
    if (r.status == optim::status::done) {
      totals_.layers += r.layers.count();
      if (has_loss)
        policy_.observe(policy_state_, {r.loss, r.accuracy, r.operations, Layers, left, baseline});
    } else if (r.status == optim::status::out_of_proportion) {
      ++totals_.out_of_proportion;
    } else {
      ++totals_.non_finite;
    }
  }

  Policy policy_;                          ///< decides
  typename Policy::state policy_state_{};  ///< what it remembers of the steps so far
  halo::seed seed_;                        ///< of all draws
  adapt::totals totals_;                   ///< over all steps
};

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
