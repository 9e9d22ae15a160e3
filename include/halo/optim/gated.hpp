// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/optim/decide.hpp>
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
///
/// Where a loss has no right and wrong answers (nn::has_accuracy; regression, unless the loss says
/// what is near enough) it stays shut, since the hardest examples alone give targets with skewed
/// noise a bias; or goes, with `by_loss`, by what the loss has lost of its baseline
/// (nn::baseline_of; of mean_square the share of the variance that is explained), which stands for
/// the accuracy of the mini-batch then: 1 - loss/baseline, in [0, 1]. For losses that are 0 at
/// best; where nobody tells a baseline, as in meta-training, it stays shut.
template <policy Inner = deepening>
struct gated {
  Inner inner{};
  std::size_t rows = 32;    ///< B
  std::size_t hardest = 8;  ///< k
  double accuracy = 0.9;    ///< what A is to reach
  bool by_loss = false;     ///< whether the loss speaks where it has no accuracy

  struct state {
    typename Inner::state inner;
    std::uint64_t steps = 0;  ///< that were done
    /// A: their running accuracy.
    double accuracy = 0;
    static constexpr void record(auto& self, auto&& f) {
      f.part("inner", self.inner);
      f.number("steps", self.steps);
      f.number("accuracy", self.accuracy, allowed::share());
    }
  };
  using ungated = Inner;  ///< the policy for networks that cannot run backward on some rows
  static_assert(!Inner::selective, "halo: gated: the inner policy has no gate of its own");
  static constexpr bool selective = true;
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "gated");
    f.part("inner", self.inner);
    f.option("rows", self.rows, allowed::at_least(1));
    f.option("hardest", self.hardest, allowed::at_least(1));
    f.option("accuracy", self.accuracy, allowed::share());
    f.option("by_loss", self.by_loss);
  }
  /// Where the inner policy is for other networks, its reason.
  [[nodiscard]] constexpr char const* misfit(std::size_t layers) const noexcept {
    return optim::misfit(inner, layers);
  }

  [[nodiscard]] decision decide(state const& s, generator const& g, std::uint64_t step,
                                std::size_t layers) const noexcept {
    decision d = inner.decide(s.inner, g, step, layers);
    if (s.steps > 0 && s.accuracy >= accuracy &&
        layer_mask::all(layers).without(d.layers).empty()) {
      d.rows = rows;
      d.hardest = hardest;
    }
    return d;
  }
  void observe(state& s, observation const& o) const noexcept {
    inner.observe(s.inner, o);
    double const right = by_loss && !(o.accuracy >= 0) ? explained(o) : o.accuracy;
    if (!(right >= 0)) return;  // the gate stays as it is: shut, where no step can tell
    if (s.steps < std::numeric_limits<std::uint64_t>::max()) ++s.steps;
    double const rate = std::max(0.03, 1.0 / static_cast<double>(s.steps));
    s.accuracy += rate * (right - s.accuracy);
  }

 private:
  /// What the loss has lost of its baseline; NaN where it has none.
  [[nodiscard]] static double explained(observation const& o) noexcept {
    if (!(o.baseline > 0)) return std::numeric_limits<double>::quiet_NaN();
    return std::clamp(1 - o.loss / o.baseline, 0.0, 1.0);
  }
};
static_assert(policy<gated<>>);

}  // namespace halo::optim

#include <halo/macros_back.hpp>
