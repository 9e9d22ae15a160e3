// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include <halo/optim/policy.hpp>
#include <halo/optim/selection.hpp>

namespace halo::optim {

/// The paper's random layers as a policy that fits any network: selection::thirds of however many
/// layers there are.
///
/// Costs accuracy at equal operations against a smaller mini-batch (docs/results.md); here for the
/// paper's method.
struct random_layers {
  double low = 0.1, middle = 0.3, high = 0.5;  ///< probability of each third, lowest layers first

  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "random_layers");
    f.option("low", self.low, allowed::share());
    f.option("middle", self.middle, allowed::share());
    f.option("high", self.high, allowed::share());
  }
  using state = no_memory;
  static constexpr bool selective = false;
  [[nodiscard]] decision decide(state const& s, generator const& g, std::uint64_t step,
                                std::size_t layers) const noexcept {
    return selection::thirds(layers, low, middle, high).decide(s, g, step, layers);
  }
  void observe(state&, observation const&) const noexcept {}
};
static_assert(policy<random_layers>);

}  // namespace halo::optim
