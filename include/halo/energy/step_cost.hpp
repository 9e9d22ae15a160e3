// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/cost.hpp>
#include <halo/nn/cost.hpp>
#include <halo/nn/loss.hpp>
#include <halo/optim/cost.hpp>
#include <halo/optim/policy.hpp>

namespace halo::energy {

/// What a step of an adaptation takes, by who takes it. Exact, from the types and the mask.
struct step_cost {
  cost forward;     ///< of the network, on all examples
  cost back;        ///< backward: what dL/dx and dL/dθ share
  cost to_data;     ///< backward: dL/dx beside it
  cost to_weights;  ///< backward: dL/dθ beside it
  cost loss;        ///< the loss and its gradient
  cost optimizer;   ///< the step of the parameters

  /// All but the optimizer.
  [[nodiscard]] constexpr cost network() const noexcept {
    return forward + back + to_data + to_weights + loss;
  }
  /// The whole step: the network, the loss and the optimizer.
  [[nodiscard]] constexpr cost total() const noexcept { return network() + optimizer; }
};

namespace detail {

/// What the loss and its gradient take on n examples; nothing where the loss does not say.
template <class Network, class Loss>
[[nodiscard]] constexpr cost loss_cost(std::size_t n) {
  if constexpr (requires { Loss::row_cost(n); }) return n * Loss::row_cost(Network::outputs);
  return {};
}

}  // namespace detail

/// What a step that does as decided on n examples takes; nothing where no layer is selected.
///
///     constexpr auto c = energy::cost_of<network, optim::adam>({.layers = layer_mask::all()}, 64);
///     static_assert(c.optimizer.multiply_adds < c.network().multiply_adds);
template <class Network, class Optimizer, class Loss = nn::cross_entropy>
[[nodiscard]] constexpr step_cost cost_of(optim::decision const& d, std::size_t n) {
  step_cost c;
  layer_mask const mask = d.layers & layer_mask::all(Network::layers);
  if (mask.empty() || n == 0) return c;
  std::size_t const back = d.backward_rows(n);
  Network::each_cost(mask, [&](nn::layer_cost const& l) {
    c.forward += l.passes.forward.of(n);
    c.back += l.passes.back.of(back);
    c.to_data += l.passes.to_data.of(back);
    c.to_weights += l.passes.to_weights.of(back);
  });
  c.loss = detail::loss_cost<Network, Loss>(n);
  c.optimizer = optim::step_cost<Optimizer, typename Network::layout>(mask);
  return c;
}

}  // namespace halo::energy
