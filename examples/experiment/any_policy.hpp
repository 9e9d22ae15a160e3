// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <any>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <halo/core/random.hpp>
#include <halo/optim/decide.hpp>
#include <halo/optim/policy.hpp>
#include <halo/optim/selection.hpp>

namespace experiment {

/// Any policy, chosen while the program runs, so that a network is compiled once for all of them.
/// Its state is on the heap and is not recorded.
///
/// @tparam Selective  whether backward may run on some rows only, which networks with batch_norm
///                    cannot: for those a policy with a gate is what its gate is around
template <bool Selective>
class any_policy {
  struct rule {
    rule() = default;
    rule(rule const&) = delete;
    rule& operator=(rule const&) = delete;
    virtual ~rule() = default;
    [[nodiscard]] virtual halo::optim::decision decide(std::any const& memory,
                                                       halo::generator const& g, std::uint64_t step,
                                                       std::size_t layers) const noexcept = 0;
    virtual void observe(std::any& memory, halo::optim::observation const& o) const noexcept = 0;
    [[nodiscard]] virtual char const* misfit(std::size_t layers) const noexcept = 0;
  };
  template <halo::optim::policy P>
  struct rule_of final : rule {
    using memory_type = typename P::state;
    explicit rule_of(P p) : policy(std::move(p)) {}
    [[nodiscard]] halo::optim::decision decide(std::any const& memory, halo::generator const& g,
                                               std::uint64_t step,
                                               std::size_t layers) const noexcept override {
      auto const* const m = std::any_cast<memory_type>(&memory);
      return policy.decide(m != nullptr ? *m : memory_type{}, g, step, layers);
    }
    void observe(std::any& memory, halo::optim::observation const& o) const noexcept override {
      if (!memory.has_value()) memory = memory_type{};
      policy.observe(*std::any_cast<memory_type>(&memory), o);
    }
    [[nodiscard]] char const* misfit(std::size_t layers) const noexcept override {
      return halo::optim::misfit(policy, layers);
    }
    P policy;
  };

 public:
  /// All layers in every step.
  any_policy() : any_policy(halo::optim::selection::dense()) {}
  /// @param rows  examples that a step is to have; 0: as many as the policy says
  template <class P>
    requires(!std::same_as<P, any_policy> && halo::optim::policy<P>)
  explicit any_policy(P policy, std::size_t rows = 0) : rows_(rows) {
    if constexpr (P::selective && !Selective)
      rule_ = std::make_shared<rule_of<typename P::ungated> const>(std::move(policy.inner));
    else
      rule_ = std::make_shared<rule_of<P> const>(std::move(policy));
  }

  static constexpr bool selective = Selective;
  static constexpr void record(auto&, auto&& f) { f.constant("name", "any"); }
  struct state {
    static constexpr void record(auto&, auto&& f) { f.constant("state", "on the heap"); }
    std::any of_rule{};
  };

  [[nodiscard]] halo::optim::decision decide(state const& s, halo::generator const& g,
                                             std::uint64_t step,
                                             std::size_t layers) const noexcept {
    halo::optim::decision d = rule_->decide(s.of_rule, g, step, layers);
    if (rows_ > 0) d.rows = rows_;
    return d;
  }
  void observe(state& s, halo::optim::observation const& o) const noexcept {
    rule_->observe(s.of_rule, o);
  }
  [[nodiscard]] char const* misfit(std::size_t layers) const noexcept {
    return rule_->misfit(layers);
  }

 private:
  std::shared_ptr<rule const> rule_;
  std::size_t rows_;
};

}  // namespace experiment
