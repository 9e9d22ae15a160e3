// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/core/error.hpp>
#include <halo/core/options.hpp>
#include <halo/core/record.hpp>
#include <halo/energy/pass.hpp>
#include <halo/energy/step_cost.hpp>
#include <halo/optim/cost.hpp>
#include <halo/optim/policy.hpp>

namespace halo::energy {

/// Joules of a step, or of many.
struct joules {
  double network = 0;    ///< of forward, backward and loss
  double optimizer = 0;  ///< of the step of the parameters

  /// Joules of both parts together.
  [[nodiscard]] constexpr double total() const noexcept { return network + optimizer; }
  /// The optimizer's part, in [0, 1]; 0 of nothing.
  [[nodiscard]] constexpr double optimizer_share() const noexcept {
    return total() > 0 ? optimizer / total() : 0;
  }
  /// Adds the joules of other steps, part by part.
  constexpr joules& operator+=(joules const& b) noexcept {
    network += b.network;
    optimizer += b.optimizer;
    return *this;
  }
};

/// Calls f with each energy::pass of a step that does as decided on n examples.
template <class Network, class Optimizer, class Loss = nn::cross_entropy, class F>
constexpr void each_pass(optim::decision const& d, std::size_t n, F&& f) {
  layer_mask const mask = d.layers & layer_mask::all(Network::layers);
  if (mask.empty() || n == 0) return;
  std::size_t const back = d.backward_rows(n);
  bool first = true;
  Network::each_cost(mask, [&](nn::layer_cost const& l) {
    f(pass{way::forward, l.passes.forward.of(n), l.product, n, first});
    f(pass{way::back, l.passes.back.of(back), l.product, back, first});
    f(pass{way::to_data, l.passes.to_data.of(back), l.product, back, first});
    f(pass{way::to_weights, l.passes.to_weights.of(back), l.product, back, first});
    first = first && l.product.times == 0;
  });
  f(pass{.way = way::loss, .taken = detail::loss_cost<Network, Loss>(n), .rows = n});
  f(pass{.way = way::optimizer,
         .taken = optim::step_cost<Optimizer, typename Network::layout>(mask)});
}

/// Joules that a model gives a step that does as decided on n examples.
///
///     energy::horowitz45 const chip;
///     auto const j = energy::estimate<network, optim::adam>(chip, {.layers = mask}, 64);
template <class Network, class Optimizer, class Loss = nn::cross_entropy, model Model>
[[nodiscard]] constexpr joules estimate(Model const& m, optim::decision const& d, std::size_t n) {
  joules sum;
  each_pass<Network, Optimizer, Loss>(d, n, [&](pass const& p) {
    if (p.taken == cost{}) return;
    (p.way == way::optimizer ? sum.optimizer : sum.network) += m.joules(p);
  });
  return sum;
}

/// What a model says of each pass of a network at one size of mini-batch, asked once: for models
/// that take long, such as bit_fusion. Other sizes are taken in proportion.
template <class Network, class Optimizer, class Loss = nn::cross_entropy>
class profile {
 public:
  /// Asks about every pass of a mini-batch of so many examples.
  /// @throws halo::error for no examples, and for an option of the model out of its range
  template <model Model>
  profile(Model const& m, std::size_t rows) : rows_(rows) {
    if constexpr (recordable<Model>) check_options(m, "model");
    if (rows == 0) fail("profile", "rows", "at least 1", "0");
    std::size_t at = 0;
    each_pass<Network, Optimizer, Loss>(
        {.layers = layer_mask::all(Network::layers)}, rows,
        [&](pass const& p) { each_[at++] = p.taken == cost{} ? 0 : m.joules(p); });
  }

  /// Joules of a step that does as decided on n examples; the optimizer's in proportion to its
  /// operations.
  [[nodiscard]] constexpr joules operator()(optim::decision const& d, std::size_t n) const {
    joules sum;
    std::size_t at = 0;
    each_pass<Network, Optimizer, Loss>(d, n, [&](pass const& p) {
      double const whole = each_[at++];
      if (p.taken == cost{}) return;
      if (p.way == way::optimizer)
        sum.optimizer = whole * share(d.layers);
      else
        sum.network += whole * static_cast<double>(p.rows) / static_cast<double>(rows_);
    });
    return sum;
  }

 private:
  [[nodiscard]] static constexpr double share(layer_mask mask) {
    using layout = typename Network::layout;
    auto const all = optim::operations<Optimizer, layout>(layer_mask::all(Network::layers));
    return all == 0 ? 0
                    : static_cast<double>(optim::operations<Optimizer, layout>(
                          mask & layer_mask::all(Network::layers))) /
                          static_cast<double>(all);
  }

  std::array<double, 4 * Network::all_layers + 2> each_{};
  std::size_t rows_;
};

}  // namespace halo::energy
