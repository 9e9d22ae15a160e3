// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include <halo/adapt/refusal.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/optim/policy.hpp>

namespace halo::adapt {

/// What one step did.
struct report {
  optim::status status = optim::status::empty;  ///< how the step ended
  double loss = 0;               ///< mean loss of the mini-batch before the step, 0 if nothing ran
  double accuracy = 0;           ///< share of right answers in the mini-batch before the step; NaN
                                 ///< where the loss has none
  layer_mask layers{};           ///< which layers were updated
  std::size_t examples = 0;      ///< of how many the gradient is: all, or the hardest
  std::uint64_t operations = 0;  ///< multiply-adds, the optimizer's arithmetic included
  refusal refused{};             ///< what did not fit, where the status is refused
  optim::decision decision{};    ///< what it was to do, also where it was refused
  std::size_t rows = 0;          ///< examples of the mini-batch

  /// Whether all numbers of the step were; without it nothing moved.
  [[nodiscard]] bool finite() const noexcept { return status != optim::status::non_finite; }
};

/// Sums over a run.
struct totals {
  std::uint64_t iterations = 0;         ///< steps asked for
  std::uint64_t empty = 0;              ///< steps in which no layer was selected
  std::uint64_t non_finite = 0;         ///< steps refused for a number that was not finite
  std::uint64_t out_of_proportion = 0;  ///< steps refused as a glitch
  std::uint64_t operations = 0;         ///< multiply-adds, the optimizer's arithmetic included
  std::uint64_t layers = 0;             ///< layer updates

  /// What came since.
  [[nodiscard]] friend constexpr totals operator-(totals const& now, totals const& then) noexcept {
    return {now.iterations - then.iterations, now.empty - then.empty,
            now.non_finite - then.non_finite, now.out_of_proportion - then.out_of_proportion,
            now.operations - then.operations, now.layers - then.layers};
  }

  static constexpr void record(auto& self, auto&& f) {
    f.number("iterations", self.iterations);
    f.number("empty", self.empty);
    f.number("non_finite", self.non_finite);
    f.number("out_of_proportion", self.out_of_proportion);
    f.number("operations", self.operations);
    f.number("layers", self.layers);
  }
};

/// Which parameters a network is looked at with.
enum class weights : unsigned char {
  raw,       ///< those that steps move
  averaged,  ///< their average over the path, see optim::averaged
};

/// How well a network does on examples.
struct evaluation {
  double loss = 0;      ///< mean over the examples
  double accuracy = 0;  ///< share of right answers, in [0, 1]; NaN where the loss has none
  refusal refused{};    ///< what did not fit, of try_evaluate; then all else is NaN
};

}  // namespace halo::adapt
