// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/split.hpp>
#include <halo/optim/adam.hpp>
#include <halo/task/few_rows.hpp>

namespace halo::meta {

/// How a network learns what it is to know before it adapts.
struct pretraining {
  std::uint64_t steps = 1500;  ///< of Adam
  float rate = 1e-3F;          ///< of Adam
};

/// Parameters of a network that learned all rows of a dataset, in mini-batches of 64.
template <class Network, class Loss = nn::cross_entropy>
[[nodiscard]] std::vector<float> pretrain(data::basic_dataset<typename Loss::target> const& known,
                                          seed s, pretraining const& how = {}) {
  using task_type = task::few_rows<Network, Loss>;
  using layout = typename Network::layout;
  auto both = std::make_shared<typename task_type::split>(typename task_type::split{known, known});
  task_type learning(both, {}, {.rows = known.rows(), .batch = 64});
  std::vector<float> theta(layout::size), gradient(layout::size);
  auto const state = std::make_unique<optim::adam::state<layout, float>>();
  learning.start(s, theta.data());
  for (std::uint64_t t = 0; t < how.steps; ++t) {
    (void)learning.step(theta.data(), gradient.data());
    (void)optim::adam{{.rate = how.rate}}.step(theta.data(),
                                               static_cast<float const*>(gradient.data()), *state);
  }
  return theta;
}

}  // namespace halo::meta
