// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/deepening.hpp>
#include <halo/optim/policy.hpp>

namespace halo::optim {

/// A policy on top of another: once all layers learn and most answers are right, forward runs on
/// more examples and backward on the hardest of them alone [Jiang et al. 2019; Katharopoulos &
/// Fleuret 2018].
///
/// A ← A + max(0.03, 1/t)·(accuracy of the mini-batch - A), t = 1, 2, ...; while A >= 0.9 and the
/// inner policy selects all layers: forward on B = 32, backward on the k = 8 of the largest losses,
/// the gradient that of their mean. The gate keeps it away from data that are hard or wrongly
/// labelled, where the hardest examples mislead.
template <policy Inner = deepening>
struct gated {
  Inner inner{};
  std::size_t rows = 32;    ///< B
  std::size_t hardest = 8;  ///< k
  double accuracy = 0.9;    ///< what A is to reach

  struct state {
    typename Inner::state inner;
    std::uint64_t steps = 0;
    double accuracy = 0;
    template <class F>
    void fields(F&& f) {
      inner.fields(f);
      f("gate_steps", std::span<std::uint64_t, 1>(&steps, 1));
      f("gate_accuracy", std::span<double, 1>(&accuracy, 1));
    }
  };
  static_assert(!Inner::selective, "halo: gated: the inner policy has no gate of its own");
  static constexpr bool selective = true;

  [[nodiscard]] decision decide(state const& s, generator const& g, std::uint64_t step,
                                std::size_t layers) const noexcept {
    decision d = inner.decide(s.inner, g, step, layers);
    if (s.accuracy >= accuracy && d.layers == layer_mask::all(layers)) {
      d.rows = rows;
      d.hardest = hardest;
    }
    return d;
  }
  void observe(state& s, observation const& o) const noexcept {
    inner.observe(s.inner, o);
    if (!(o.accuracy >= 0)) return;  // the loss has no hits: the gate stays shut
    double const rate = std::max(0.03, 1.0 / static_cast<double>(++s.steps));
    s.accuracy += rate * (o.accuracy - s.accuracy);
  }
};
static_assert(policy<gated<>>);

}  // namespace halo::optim
