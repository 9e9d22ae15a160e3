// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/assigned.hpp>
#include <halo/adapt/decided.hpp>
#include <halo/adapt/estimated.hpp>
#include <halo/adapt/gradient_memory.hpp>
#include <halo/adapt/guarded_update.hpp>
#include <halo/adapt/hardest.hpp>
#include <halo/adapt/inference.hpp>
#include <halo/adapt/operations.hpp>
#include <halo/adapt/planned.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/adapt/settings.hpp>
#include <halo/adapt/start_head.hpp>
#include <halo/adapt/statistics.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/loss_check.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/forget.hpp>
#include <halo/optim/guard.hpp>
#include <halo/optim/selection.hpp>

namespace halo::adapt {

/// The loop that runs on the device: a network, its parameters, an optimizer and its state in one
/// object that knows how to learn from the next mini-batch.
///
/// sizeof(adapter) is all the memory an adaptation needs; a step allocates nothing. A large one is
/// a static variable or comes from adapt::make: a local one overflows the stack without a word.
///
/// A step asks the policy which layers to update and from how many examples, runs forward, loss,
/// masked backward and optimizer, and moves the selected layers or, where a number was not finite
/// or a glitch by all that came before (optim::guard), changes nothing.
///
/// @tparam Network   nn::sequential<...>
/// @tparam Loss      nn::cross_entropy or nn::mean_square
/// @tparam MaxBatch  most examples of a mini-batch
/// @tparam Policy    optim::selection, depth_cut, gated<...>; else what the optimizer prefers
template <class Network, class Loss = nn::cross_entropy, class Optimizer = optim::adam,
          std::size_t MaxBatch = 64, class Policy = optim::policy_for<Optimizer, Network>>
class adapter
    : public inference<adapter<Network, Loss, Optimizer, MaxBatch, Policy>,
                       detail::checked_network<Network>, Loss,
                       detail::workspace_of<Network, Optimizer, MaxBatch>>,
      public head_starts<adapter<Network, Loss, Optimizer, MaxBatch, Policy>, Network, Loss>,
      public estimated<adapter<Network, Loss, Optimizer, MaxBatch, Policy>, Network>,
      public settings<Network::layers>,
      public decided<Policy, Network::layers, MaxBatch>,
      public planned<Network::layers> {
  static_assert(detail::adapter_takes<Network, Loss, Optimizer>());
  static_assert(MaxBatch > 0, "halo: adapter: the largest mini-batch has at least one example");

 public:
  using network = Network;
  using loss = Loss;
  using optimizer_type = Optimizer;
  using layout = typename Network::layout;
  using target = typename Loss::target;
  using state_type = typename Optimizer::template state<layout, float>;
  static constexpr std::size_t max_batch = MaxBatch;
  /// Whether gradients are applied in parts as they come, and lie nowhere as a whole.
  static constexpr bool in_parts = detail::in_parts<Network, Optimizer>;
  /// Whether the optimizer keeps an average of the parameters.
  static constexpr bool averages = optim::keeps_average<state_type>;
  /// What predict, evaluate and accuracy look at unless told: the average where there is one.
  static constexpr weights preferred = averages ? weights::averaged : weights::raw;

  /// A network with freshly drawn parameters: weights by a rule, nn::he, glorot or normal, and
  /// where a layer says so by its own.
  /// @throws halo::error for an option of optimizer, policy or rule out of its range, a policy that
  ///         optim::misfit says is for other networks, and drawn numbers that are not finite
  template <nn::initializer Rule = nn::he>
  explicit adapter(Optimizer const& o = {}, halo::seed s = {}, Policy const& p = {}, Rule rule = {})
      : adapter(nothing_drawn{}, o, s, p) {
    detail::draw<layout>(parameters_.span(), s, rule, called);
    this->set_drawn(layer_mask::all(layout::layers));
  }

  /// A network with given parameters, as assign takes them; none is drawn.
  adapter(Optimizer const& optimizer, std::span<float const> parameters, halo::seed s = {},
          Policy const& policy = {})
      : adapter(nothing_drawn{}, optimizer, s, policy) {
    this->assign(parameters);
  }

  /// One step on [rows, inputs] examples and their targets: spans, tensors, a row and its label.
  /// @throws halo::error for a mini-batch of the wrong size or a label outside the outputs
  template <class X, class Y>
  report step(X const& x, Y const& t) {
    report const r = try_step(x, t);
    throw_if(r.refused);
    return r;
  }
  /// The same; where something does not fit, says so: status refused and what it was.
  template <class X, class Y>
  report try_step(X const& x, Y const& t) noexcept {
    detail::examples<Network, Loss> const e(x, t, MaxBatch);
    if (e.no) return {.status = optim::status::refused, .refused = e.no};
    return step_on(e.rows(), e.x.data(), e.t.data());
  }

  /// The parameters that steps move, or their average over the path (before the first step they).
  /// @pre averaged only where the optimizer keeps an average: optim::averaged<...>
  [[nodiscard]] std::span<float const> parameters(weights at = weights::raw) const noexcept {
    if constexpr (averages) {
      if (at == weights::averaged && optim::average_steps(state_) > 0)
        return optim::average(state_);
    } else {
      HALO_EXPECTS(at == weights::raw, "adapter: only optim::averaged<...> keeps an average");
    }
    return parameters_.span();
  }
  /// The numbers that predict and evaluate run on.
  [[nodiscard]] network_view view(weights at = preferred) const noexcept {
    return {parameters(at), statistics_.span(), this->normalization_};
  }
  /// Running means and variances of batch_norm, Network::statistics of them.
  [[nodiscard]] std::span<float const> statistics() const noexcept { return statistics_.span(); }
  /// The optimizer's state: moments, counts, the average.
  [[nodiscard]] state_type& state() noexcept { return state_; }
  /// The same, for reading alone.
  [[nodiscard]] state_type const& state() const noexcept { return state_; }

  /// The optimizer with its options.
  [[nodiscard]] Optimizer const& optimizer() const noexcept { return optimizer_; }
  /// The same optimizer with other options, from the next step on; its state stays.
  /// @throws halo::error as the constructor
  void set_optimizer(Optimizer const& o) { optimizer_ = detail::checked<layout>(o); }

  /// All that makes up a run, what a checkpoint holds (core/record.hpp): types and options,
  /// parameters and statistics by their names, states, counters and seed.
  static void record(auto& self, auto&& f) {
    f.template part<Network>("network");
    f.constant("loss", Loss::name);
    if constexpr (requires { Loss::describe(f); }) f.template part<Loss>("loss");
    f.part("optimizer", self.optimizer_);
    f.part("policy", self.policy_);
    f.template tensors<layout>(self.parameters_.span());
    if constexpr (Network::statistics > 0) {
      f.template tensors<typename Network::statistics_layout>(self.statistics_.span(),
                                                              allowed::non_negative());
      f.option("run.frozen_normalization", self.frozen_normalization_);
    }
    f.part("optimizer", self.state_);
    f.part("policy", self.policy_state_);
    f.part("guard", self.guard_);
    f.part("guard", self.guard_state_);
    f.part("run", self.totals_);
    f.part("run.frozen", self.frozen_);
    f.number("run.seed", self.seed_.value);
    f.number("run.training_rows", self.training_rows_);
    planned<layout::layers>::record(self, f);
  }

 private:
  friend head_starts<adapter, Network, Loss>;
  friend assigned<adapter, Network>;
  friend estimated<adapter, Network>;
  static constexpr char const* called = "adapter";
  struct nothing_drawn {};
  adapter(nothing_drawn, Optimizer const& o, halo::seed s, Policy const& policy)
      : decided<Policy, layout::layers, MaxBatch>(policy, s),
        optimizer_(detail::checked<layout>(o)),
        state_(o.template init<layout, float>()) {}

  void take(std::span<float const> parameters, std::span<float const> statistics) noexcept {
    std::copy(parameters.begin(), parameters.end(), parameters_.begin());
    statistics_.take(statistics);
    forget(layer_mask::all(layout::layers));
    this->set_drawn({});
  }
  /// The head has other parameters than before.
  void head_began() noexcept {
    forget(layer_mask::top(1, layout::layers));
    this->drew_head();
  }
  void forget(layer_mask layers) noexcept {
    optim::forget(optimizer_, state_, layers, static_cast<float const*>(parameters_.data()));
    this->policy_state_ = {};
    guard_state_ = {};
  }

  report step_on(std::size_t rows, float const* x, target const* t) noexcept {
    std::uint64_t const iteration = this->totals_.iterations;
    optim::decision const d = this->begin_step(this->frozen());
    this->count_step();
    report r{.layers = d.layers, .decision = d, .rows = rows};
    if (r.layers.empty()) return r;
    nn::pass p{.rows = rows,
               .capacity = MaxBatch,
               .training = true,
               .noise = this->seed_,
               .step = iteration,
               .layers = r.layers,
               .statistics = Network::statistics > 0 ? statistics_.span().data() : nullptr,
               .normalize_by = this->frozen_normalization_};
    r.examples = d.backward_rows(rows);
    r.operations = adapt::operations<Network, Optimizer>(d, rows);
    float const* const y = gradient_.forward(p, parameters_.data(), x, this->work_.arena.data());
    r.accuracy = nn::accuracy_of<Loss>(rows, Network::outputs, y, t);
    double const baseline = nn::baseline_of<Loss, Network::outputs>(rows, t);
    r.loss = rows_.differentiate(p, x, t, y, r.examples, this->work_.arena.data(),
                                 this->work_.output_gradient.data());
    r.status = !std::isfinite(r.loss) ? optim::status::non_finite
               : std::abs(r.loss) > this->guard_.loss_limit(guard_state_)
                   ? optim::status::out_of_proportion
                   : update(p, x, r, baseline);
    this->end_step(r, nn::weight_of<Loss>(rows, Network::outputs, t) > 0, this->left(), baseline);
    if (r.status == optim::status::done) return r;
    r.layers = {};
    if (r.status == optim::status::out_of_proportion) this->guard_.refused(guard_state_);
    return r;
  }

  optim::status update(nn::pass const& p, float const* x, report const& r,
                       double baseline) noexcept {
    auto const gradient = gradient_.of(p, parameters_.data(), x, this->work_);
    optim::step_context<float> context{.mask = r.layers,
                                       .loss = r.loss,
                                       .rows = this->training_rows_,
                                       .baseline = baseline,
                                       .labels = std::integral<target>};
    this->tell(context);
    return detail::guarded_update<Network>(this->guard_, guard_state_, p, this->work_.arena.data(),
                                           statistics_, gradient.bound, optimizer_,
                                           parameters_.data(), gradient.values, state_, context);
  }

  Optimizer optimizer_;
  optim::guard::state guard_state_{};
  aligned_array<float, Network::parameters> parameters_;
  detail::gradient_memory<Network, in_parts> gradient_;
  [[no_unique_address]] detail::running_statistics<Network> statistics_;
  state_type state_;
  [[no_unique_address]] detail::chosen_rows<Policy, Network, Loss, MaxBatch> rows_;
};

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
