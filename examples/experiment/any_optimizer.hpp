// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <utility>

#include <halo/core/layer_mask.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/optim/operations.hpp>
#include <halo/optim/optimizer.hpp>

namespace experiment {

/// Any optimizer for networks with these parameters, chosen while the program runs: a network that
/// a dozen optimizers compete on is compiled once and not a dozen times.
///
/// Its state is on the heap and is not recorded, so a run with it cannot be saved and resumed; what
/// a step costs is a number that is asked for, not a constant.
template <halo::parameter_layout Layout>
class any_optimizer {
  struct memory {
    memory() = default;
    memory(memory const&) = default;
    memory& operator=(memory const&) = delete;
    virtual ~memory() = default;
    [[nodiscard]] virtual std::unique_ptr<memory> copy() const = 0;
  };
  struct rule {
    rule() = default;
    rule(rule const&) = delete;
    rule& operator=(rule const&) = delete;
    virtual ~rule() = default;
    [[nodiscard]] virtual std::unique_ptr<memory> begin() const = 0;
    virtual halo::optim::status step(float* theta, float const* gradient, memory& m,
                                     halo::optim::step_context<float> const& c) const noexcept = 0;
    [[nodiscard]] virtual std::size_t operations(halo::layer_mask layers) const noexcept = 0;
  };
  template <class O>
  struct memory_of final : memory {
    explicit memory_of(O const& o) : state(o.template init<Layout, float>()) {}
    [[nodiscard]] std::unique_ptr<memory> copy() const override {
      return std::make_unique<memory_of>(*this);
    }
    typename O::template state<Layout, float> state;
  };
  template <class O>
  struct rule_of final : rule {
    explicit rule_of(O o) : optimizer(std::move(o)) {}
    [[nodiscard]] std::unique_ptr<memory> begin() const override {
      return std::make_unique<memory_of<O>>(optimizer);
    }
    halo::optim::status step(float* theta, float const* gradient, memory& m,
                             halo::optim::step_context<float> const& c) const noexcept override {
      return optimizer.step(theta, gradient, static_cast<memory_of<O>&>(m).state, c);
    }
    [[nodiscard]] std::size_t operations(halo::layer_mask layers) const noexcept override {
      return halo::optim::operations<O, Layout>(layers);
    }
    O optimizer;
  };

 public:
  /// Goes by plain SGD's default until it is told otherwise.
  any_optimizer() = default;
  template <class O>
    requires(!std::same_as<O, any_optimizer> && halo::optim::optimizer<O, Layout>)
  explicit any_optimizer(O optimizer)
      : rule_(std::make_shared<rule_of<O> const>(std::move(optimizer))) {}

  static constexpr char const* name = "any";
  static constexpr std::size_t operations_per_parameter = 0;  // see operations_of
  static constexpr void record(auto&, auto&& f) { f.constant("name", name); }

  /// Multiply-adds of a step on these layers.
  [[nodiscard]] std::size_t operations_of(halo::layer_mask layers) const noexcept {
    return layers.empty() ? 0 : rule_->operations(layers);
  }

  template <halo::parameter_layout L, halo::floating T = float>
  struct state {
    using layout = L;
    using scalar = T;
    state() = default;
    explicit state(std::unique_ptr<memory> m) noexcept : of_rule(std::move(m)) {}
    state(state const& other) : of_rule(other.of_rule ? other.of_rule->copy() : nullptr) {}
    state(state&&) noexcept = default;
    state& operator=(state other) noexcept {
      of_rule = std::move(other.of_rule);
      return *this;
    }
    ~state() = default;
    static constexpr void record(auto&, auto&& f) { f.constant("state", "on the heap"); }
    std::unique_ptr<memory> of_rule;
  };
  template <halo::parameter_layout L, halo::floating T = float>
  [[nodiscard]] state<L, T> init() const {
    return state<L, T>(rule_->begin());
  }
  template <class L>
  halo::optim::status step(float* theta, float const* gradient, state<L, float>& s,
                           halo::optim::step_context<float> const& c = {}) const noexcept {
    return rule_->step(theta, gradient, *s.of_rule, c);
  }

 private:
  std::shared_ptr<rule const> rule_;
};

}  // namespace experiment
