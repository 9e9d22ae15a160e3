// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include <halo/core/layer_mask.hpp>
#include <halo/core/random.hpp>
#include <halo/core/record.hpp>

namespace halo::optim {

/// What the next step is to do.
struct decision {
  layer_mask layers{};      ///< updated; none: nothing runs
  std::size_t rows = 0;     ///< examples it is meant for; 0: any number
  std::size_t hardest = 0;  ///< backward runs on so many of them, of the largest losses; 0: on all

  /// On how many of n examples backward runs: on the same share where n is not the number meant.
  [[nodiscard]] constexpr std::size_t backward_rows(std::size_t n) const noexcept {
    if (hardest == 0 || rows <= hardest || n == 0) return n;
    return std::clamp<std::size_t>(n * hardest / rows, 1, n);
  }
};

/// What a policy is told of a step that was done.
struct observation {
  double loss = 0;               ///< mean over the mini-batch
  double accuracy = 0;           ///< share of right answers in it; NaN where the loss has none
  std::uint64_t operations = 0;  ///< multiply-adds that the step took
  std::size_t layers = 0;        ///< of the network
  double left = 1;  ///< share of the run's budget, of joules, seconds or whatever it has, that is
                    ///< left behind the step; 1 where nobody said
  double baseline = 0;  ///< the loss of the best answer that looks at no example; 0: not known
};

/// The state of a policy that remembers nothing.
struct no_memory {
  static constexpr void record(auto&, auto&&) noexcept {}
};

/// Decides what each step does: a value, its state another, as with optimizers.
///
///     P::state                              record: all that it remembers
///     P::selective                          whether it may ask for the hardest examples
///     P::record(self, f)                    its name, its options and their ranges
///     p.decide(state, generator, step, layers) → decision
///     p.observe(state, observation)         after steps that were done, and for no others
///     p.misfit(layers) → char const*        optional: why it is not one for a network of so many
///                                           layers, or null
///
/// decide is a pure function of state, generator, step and number of layers, so that it may be
/// asked ahead. Whoever obeys a policy asks through optim::decide, which cuts the answer to what a
/// network has.
template <class P>
concept policy =
    std::copyable<P> && recordable<P> && recordable<typename P::state> &&
    requires(P const& p, typename P::state& s, generator const& g, observation const& o) {
      { p.decide(s, g, std::uint64_t{}, std::size_t{}) } noexcept -> std::same_as<decision>;
      { p.observe(s, o) } noexcept;
      { P::selective } -> std::convertible_to<bool>;
    };

}  // namespace halo::optim
