// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/hardest.hpp>
#include <halo/adapt/inference.hpp>
#include <halo/adapt/operations.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/adapt/statistics.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/random.hpp>
#include <halo/nn/gradient.hpp>
#include <halo/nn/initialize.hpp>
#include <halo/nn/loss_check.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/averaged.hpp>
#include <halo/optim/decide.hpp>
#include <halo/optim/forget.hpp>
#include <halo/optim/policy.hpp>
#include <halo/optim/selection.hpp>

namespace halo::adapt {

/// The loop that runs on the device: a network, its parameters, an optimizer and its state in one
/// object that knows how to learn from the next mini-batch.
///
/// sizeof(adapter) is all the memory an adaptation needs; a step allocates nothing. A large one is
/// a static variable or comes from adapt::make: as a local variable it would overflow the stack,
/// which ends a program without a word.
///
/// A step asks the policy which layers to update and from how many examples, runs forward, loss,
/// masked backward and optimizer, and moves the selected layers or, where a number was not finite,
/// changes nothing.
///
/// @tparam Network   nn::sequential<...>
/// @tparam Loss      nn::cross_entropy or nn::mean_square
/// @tparam MaxBatch  most examples of a mini-batch
/// @tparam Policy    optim::selection, depth_cut, gated<...>; else what the optimizer prefers
template <class Network, class Loss = nn::cross_entropy, class Optimizer = optim::adam,
          std::size_t MaxBatch = 64, class Policy = optim::policy_of<Optimizer>>
class adapter : public inference<adapter<Network, Loss, Optimizer, MaxBatch, Policy>, Network, Loss,
                                 nn::workspace<Network, float, MaxBatch>> {
  // not a requires clause: a sentence comes first, the compiler's reasons after it
  static_assert(nn::detail::complain_of_loss<Loss>());
  static_assert(nn::loss<Loss>,
                "halo: adapter: the second argument is a loss, such as "
                "nn::cross_entropy or nn::mean_square");
  static_assert(optim::optimizer<Optimizer, typename Network::layout, float>,
                "halo: adapter: the third argument is an optimizer, such as optim::adam");
  static_assert(optim::policy<Policy>,
                "halo: adapter: the fifth argument is a policy, such as optim::selection");
  static_assert(MaxBatch > 0, "halo: adapter: the largest mini-batch has at least one example");

 public:
  using network = Network;
  using loss = Loss;
  using optimizer_type = Optimizer;
  using policy_type = Policy;
  using layout = typename Network::layout;
  using target = typename Loss::target;
  using state_type = typename Optimizer::template state<layout, float>;
  static constexpr std::size_t max_batch = MaxBatch;
  static constexpr bool averages = optim::keeps_average<state_type>;
  /// What predict, evaluate and accuracy look at unless told: the average where there is one.
  static constexpr weights preferred = averages ? weights::averaged : weights::raw;

  /// A network with freshly drawn parameters: weights by a rule, nn::he, glorot or normal, and
  /// where a layer says so by its own.
  /// @throws halo::error for an option of optimizer or policy out of its range, or a policy for
  ///         another number of layers. Where exceptions are off, halo::first_bad_option and
  ///         optim::misfit say so before.
  template <nn::initializer Rule = nn::he>
  explicit adapter(Optimizer optimizer = {}, halo::seed s = {}, Policy policy = {}, Rule rule = {})
      : optimizer_(detail::checked(optimizer)),
        policy_(detail::checked(policy, layout::layers)),
        seed_(s),
        state_(optimizer.template init<layout, float>()) {
    nn::initialize<layout, float>(parameters_.span(), s, rule);
  }

  /// A network with given parameters, as assign takes them.
  adapter(Optimizer optimizer, std::span<float const> parameters, halo::seed s = {},
          Policy policy = {})
      : adapter(optimizer, s, policy) {
    assign(parameters);
  }

  /// One step on [rows, inputs] examples and their targets, spans or tensors.
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

  /// How many examples the policy would like the next step to have; 0: any number. adapt::run asks.
  [[nodiscard]] std::size_t wanted_batch() const noexcept {
    return std::min(decide(totals_.iterations).rows, MaxBatch);
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
    float const* const s = statistics_.for_evaluation();
    return {parameters(at), {s, s == nullptr ? 0 : Network::statistics}};
  }
  /// Running means and variances of batch_norm, Network::statistics of them.
  [[nodiscard]] std::span<float const> statistics() const noexcept { return statistics_.span(); }
  [[nodiscard]] state_type& state() noexcept { return state_; }
  [[nodiscard]] state_type const& state() const noexcept { return state_; }
  /// Sums over all steps so far.
  [[nodiscard]] adapt::totals const& totals() const noexcept { return totals_; }
  [[nodiscard]] halo::seed seed() const noexcept { return seed_; }

  [[nodiscard]] Optimizer const& optimizer() const noexcept { return optimizer_; }
  /// The same optimizer with other options, from the next step on; its state stays.
  /// @throws halo::error as the constructor
  void set_optimizer(Optimizer const& optimizer) { optimizer_ = detail::checked(optimizer); }
  [[nodiscard]] Policy const& policy() const noexcept { return policy_; }
  /// The same policy with other options, from the next step on; its state stays.
  /// @throws halo::error as the constructor
  void set_policy(Policy const& policy) { policy_ = detail::checked(policy, layout::layers); }
  /// How many examples the training set has; 0: unknown, as for a stream. An optimizer may ask:
  /// learned::tensor_rnn decays weights by the inverse of it.
  [[nodiscard]] std::uint64_t training_rows() const noexcept { return training_rows_; }
  void set_training_rows(std::uint64_t rows) noexcept { training_rows_ = rows; }
  /// What batch_norm normalises by in predict, evaluate and accuracy: running statistics, or those
  /// of each part of the examples, as many as a mini-batch may have.
  [[nodiscard]] nn::normalization normalization() const noexcept { return statistics_.used(); }
  void set_normalization(nn::normalization n) noexcept { statistics_.use(n); }
  /// What batch_norm normalises by in steps that leave its layer out, which never move its
  /// statistics: the mini-batch's own, or the running ones that evaluation uses, so that the layers
  /// which learn see what they will see later. Others use the mini-batch's own.
  [[nodiscard]] nn::normalization frozen_normalization() const noexcept {
    return statistics_.frozen_by();
  }
  void set_frozen_normalization(nn::normalization n) noexcept { statistics_.use_where_frozen(n); }

  /// Replaces all parameters and, where the network has some, the statistics that belong to them,
  /// which may also follow the parameters in one span. What optimizer and policy remember of the
  /// old ones begins anew, as in redraw_head.
  /// @throws halo::error if their number is another, one is not finite or a variance negative;
  ///         nothing has changed then
  void assign(std::span<float const> parameters, std::span<float const> statistics = {}) {
    throw_if(try_assign(parameters, statistics));
  }
  /// The same, but says what did not fit.
  [[nodiscard]] refusal try_assign(std::span<float const> parameters,
                                   std::span<float const> statistics = {}) noexcept {
    detail::split_parameters<Network>(parameters, statistics);
    if (auto const r = detail::check_parameters<Network>(parameters, statistics)) return r;
    std::copy(parameters.begin(), parameters.end(), parameters_.begin());
    statistics_.take(statistics);
    forget(layer_mask::all(layout::layers));
    return {};
  }

  /// Draws the last layer with parameters anew: the new task has other classes. What the optimizer
  /// remembers of it begins anew, and so do an average of the path and the policy; what belongs to
  /// the whole run, such as the place in a schedule, stays.
  template <nn::initializer Rule = nn::he>
  void redraw_head(halo::seed s, Rule rule = {}) noexcept {
    layer_mask const head = layer_mask::top(1, layout::layers);
    nn::initialize<layout, float>(parameters_.span(), s, rule, head);
    forget(head);
  }

  /// All that makes up a run (core/record.hpp): network, loss, optimizer and policy with their
  /// options; parameters and statistics by their names, states of optimizer and policy, counters
  /// and seed. What a checkpoint holds.
  static void record(auto& self, auto&& f) {
    f.template part<Network>("network");
    f.constant("loss", Loss::name);
    f.part("optimizer", self.optimizer_);
    f.part("policy", self.policy_);
    f.template tensors<layout>(self.parameters_.span());
    if constexpr (Network::statistics > 0) {
      f.template tensors<typename Network::statistics_layout>(self.statistics_.span(),
                                                              allowed::non_negative());
      f.option("run.frozen_normalization", self.statistics_.frozen_by());
    }
    f.part("optimizer", self.state_);
    f.part("policy", self.policy_state_);
    f.part("run", self.totals_);
    f.number("run.seed", self.seed_.value);
    f.number("run.training_rows", self.training_rows_);
  }

 private:
  static constexpr std::uint64_t mask_stream = 0x6d61736b;  // "mask"

  void forget(layer_mask layers) noexcept {
    optim::forget(optimizer_, state_, layers, static_cast<float const*>(parameters_.data()));
    policy_state_ = {};
  }
  optim::decision decide(std::uint64_t iteration) const noexcept {
    return optim::decide(policy_, policy_state_, generator(seed_, mask_stream), iteration,
                         layout::layers);
  }

  report step_on(std::size_t rows, float const* x, target const* t) noexcept {
    report r;
    std::uint64_t const iteration = totals_.iterations++;
    optim::decision const d = decide(iteration);
    r.layers = d.layers;
    if (r.layers.empty()) {
      ++totals_.empty;
      return r;
    }
    nn::pass p{.rows = rows,
               .capacity = MaxBatch,
               .training = true,
               .noise = seed_,
               .step = iteration,
               .layers = r.layers};
    statistics_.bring_along(p);
    r.examples = d.backward_rows(rows);
    r.operations = adapt::operations<Network, Optimizer>(d, rows);
    float const* const y =
        Network::template forward<float*>(p, parameters_.data(), x, this->work_.arena.data());
    r.accuracy = nn::hits_of<Loss>(rows, Network::outputs, y, t) / static_cast<double>(rows);
    r.loss = rows_.differentiate(p, x, t, y, r.examples, this->work_.arena.data(),
                                 this->work_.output_gradient.data());
    r.status = optim::status::non_finite;
    if (std::isfinite(r.loss)) r.status = update(p, x, r);
    totals_.operations += r.operations;
    if (r.status == optim::status::done) {
      totals_.layers += r.layers.count();
      policy_.observe(policy_state_, {r.loss, r.accuracy, r.operations, layout::layers});
    } else {
      ++totals_.non_finite;
      r.layers = {};
    }
    return r;
  }

  optim::status update(nn::pass const& p, float const* x, report const& r) noexcept {
    float const bound =
        Network::template backward<float*>(p, parameters_.data(), x, this->work_.arena.data(),
                                           this->work_.output_gradient.data(), gradient_.data());
    optim::step_context<float> context{.mask = r.layers, .loss = r.loss, .rows = training_rows_};
    // a moderate bound is good enough; where it is large the optimizer looks for itself
    if (bound <= 1e6F) context.magnitude = bound;
    return statistics_.follow(p, this->work_.arena.data(), [&] {
      return optimizer_.step(parameters_.data(), static_cast<float const*>(gradient_.data()),
                             state_, context);
    });
  }

  Optimizer optimizer_;
  Policy policy_;
  typename Policy::state policy_state_{};
  halo::seed seed_;
  adapt::totals totals_;
  std::uint64_t training_rows_ = 0;
  aligned_array<float, Network::parameters> parameters_;
  aligned_array<float, Network::parameters> gradient_;
  [[no_unique_address]] detail::running_statistics<Network> statistics_;
  state_type state_;
  [[no_unique_address]] std::conditional_t<Policy::selective, hardest<Network, Loss, MaxBatch>,
                                           every_row<Network, Loss, MaxBatch>>
      rows_;
};

}  // namespace halo::adapt
