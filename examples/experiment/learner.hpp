// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/core/random.hpp>
#include <halo/data/dataset.hpp>
#include <halo/nn/loss.hpp>
#include <halo/optim/averaged.hpp>

#include "../support/materials.hpp"
#include "../support/score.hpp"
#include "any_optimizer.hpp"
#include "any_policy.hpp"

namespace experiment {

/// A network with any optimizer and any policy: the one type that all its runs have.
template <class Network>
struct learner {
  using policy = any_policy<Network::statistics == 0>;
  using optimizer = halo::optim::averaged<any_optimizer>;
  using device = halo::adapt::adapter<Network, halo::nn::cross_entropy, optimizer, 64, policy>;

  /// Parameters, and running statistics where there are some.
  [[nodiscard]] static std::vector<float> numbers(device const& d) {
    std::vector<float> all(d.parameters().begin(), d.parameters().end());
    all.insert(all.end(), d.statistics().begin(), d.statistics().end());
    return all;
  }

  /// Steps until the budget is spent or observe says no.
  static void run(device& d, support::mini_batches& stream, halo::adapt::budget const& b,
                  std::function<bool(halo::adapt::report const&)> const& observe) {
    halo::adapt::run(d, stream, b, observe);
  }
  /// So many steps on mini-batches of the rows.
  static void teach(device& d, halo::data::dataset const& rows, bool balanced, std::uint64_t steps,
                    halo::seed s) {
    support::mini_batches stream(rows, s, balanced);
    run(d, stream, {.iterations = steps}, [](halo::adapt::report const&) { return true; });
  }

  /// How well it does on held-out rows, as point::accuracy.
  [[nodiscard]] static support::score score(device& d, halo::data::dataset const& on,
                                            halo::adapt::weights at) {
    d.set_normalization(halo::adapt::normalization::batch);
    return support::score_of(d, on, at);
  }
};

}  // namespace experiment
