// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <halo/core/cost.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/optim/cost.hpp>
#include <halo/optim/optimizer.hpp>

namespace experiment {

/// Any optimizer, for networks with certain parameters, chosen while the program runs: a network
/// that a dozen optimizers compete on is compiled once and not a dozen times.
///
/// Its state is on the heap and is not recorded, so a run with it cannot be saved and resumed; what
/// a step costs is a number that is asked for, not a constant.
class any_optimizer {
  struct memory {
    memory() = default;
    memory(memory const&) = delete;
    memory& operator=(memory const&) = delete;
    virtual ~memory() = default;
  };
  struct rule {
    rule() = default;
    rule(rule const&) = delete;
    rule& operator=(rule const&) = delete;
    virtual ~rule() = default;
    [[nodiscard]] virtual std::unique_ptr<memory> begin() const = 0;
    virtual halo::optim::status step(float* theta, float const* gradient, memory& m,
                                     halo::optim::step_context<float> const& c) const noexcept = 0;
    [[nodiscard]] virtual halo::cost cost(halo::layer_mask layers) const noexcept = 0;
  };
  template <class O, class Layout>
  struct memory_of final : memory {
    explicit memory_of(O const& o) : state(o.template init<Layout, float>()) {}
    typename O::template state<Layout, float> state;
  };
  template <class O, class Layout>
  struct rule_of final : rule {
    explicit rule_of(O o) : optimizer(std::move(o)) {}
    [[nodiscard]] std::unique_ptr<memory> begin() const override {
      return std::make_unique<memory_of<O, Layout>>(optimizer);
    }
    halo::optim::status step(float* theta, float const* gradient, memory& m,
                             halo::optim::step_context<float> const& c) const noexcept override {
      return optimizer.step(theta, gradient, static_cast<memory_of<O, Layout>&>(m).state, c);
    }
    [[nodiscard]] halo::cost cost(halo::layer_mask layers) const noexcept override {
      return halo::optim::step_cost<O, Layout>(layers);
    }
    O optimizer;
  };

 public:
  /// None: for a network that does not learn.
  any_optimizer() = default;
  /// This one, for networks with parameters of this layout and for no others.
  template <halo::parameter_layout Layout, halo::optim::optimizer<Layout> O>
  [[nodiscard]] static any_optimizer of(O optimizer) {
    any_optimizer any;
    any.rule_ = std::unique_ptr<rule const>(new rule_of<O, Layout>(std::move(optimizer)));
    return any;
  }

  static constexpr char const* name = "any";
  static constexpr std::size_t operations_per_parameter = 0;  // see cost_of
  static constexpr void record(auto&, auto&& f) { f.constant("name", name); }

  /// What a step on these layers takes.
  [[nodiscard]] halo::cost cost_of(halo::layer_mask layers) const noexcept {
    return layers.empty() ? halo::cost{} : rule_->cost(layers);
  }

  template <halo::parameter_layout L, halo::floating T = float>
  struct state {
    using layout = L;
    using scalar = T;
    static constexpr void record(auto&, auto&& f) { f.constant("state", "on the heap"); }
    std::unique_ptr<memory> of_rule;
  };
  template <halo::parameter_layout L, halo::floating T = float>
  [[nodiscard]] state<L, T> init() const {
    return {rule_ ? rule_->begin() : nullptr};
  }
  /// Nothing: layers are replaced before the first step, when there is nothing to forget.
  template <class State>
  void forget(State&, halo::layer_mask, float const*) const noexcept {}
  template <class L>
  halo::optim::status step(float* theta, float const* gradient, state<L, float>& s,
                           halo::optim::step_context<float> const& c = {}) const noexcept {
    return rule_->step(theta, gradient, *s.of_rule, c);
  }

 private:
  std::shared_ptr<rule const> rule_;
};

}  // namespace experiment
