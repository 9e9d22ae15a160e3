// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

#include <halo/adapt/budget.hpp>
#include <halo/adapt/report.hpp>

namespace halo::adapt {

/// What an optimizer that plans ahead is told of the run it is in.
struct plan {
  std::uint64_t horizon = 0;  ///< steps in all; 0: nobody knows
  std::uint64_t elapsed = 0;  ///< how many of them are over; steps count on by themselves
  std::uint64_t rows = 0;     ///< examples in the training set; 0: nobody knows

  static constexpr void record(auto& self, auto&& f) {
    f.number("horizon", self.horizon);
    f.number("elapsed", self.elapsed);
    f.number("rows", self.rows);
  }
};

/// How many steps a budget allows in all, by what the steps so far took; 0 where nothing bounds it.
///
/// Operations, seconds and joules, which are those of this run alone, become steps by their mean a
/// step, behind the budget::begun ones; before the first step `operations` of one, seconds and
/// joules are unknown.
/// @param spent       by this run
/// @param operations  of a step that is like the next one
/// @param joules      spent by this run, where somebody counts
[[nodiscard]] inline std::uint64_t horizon_of(budget const& limits, totals const& spent,
                                              double seconds, std::uint64_t operations,
                                              double joules = 0) noexcept {
  constexpr double never = std::numeric_limits<double>::infinity();
  auto const steps = static_cast<double>(spent.iterations);
  double most = never;  // steps of this run
  if (limits.operations != budget::unlimited) {
    double const each =
        steps > 0 ? static_cast<double>(spent.operations) / steps : static_cast<double>(operations);
    if (each > 0) most = std::min(most, static_cast<double>(limits.operations) / each);
  }
  if (limits.seconds < never && steps > 0 && seconds > 0)
    most = std::min(most, limits.seconds * steps / seconds);
  if (limits.joules < never && steps > 0 && joules > 0)
    most = std::min(most, limits.joules * steps / joules);
  most += static_cast<double>(limits.begun);
  if (limits.iterations != budget::unlimited)
    most = std::min(most, static_cast<double>(limits.iterations));
  return most < 1e18 ? static_cast<std::uint64_t>(std::max(most, 1.0)) : 0;
}

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
