// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/measure/measure.hpp>

namespace halo::adapt {

/// Held-out examples, a measure of them, and how good it is to become: see until.
template <class X, class Y, class M>
struct measured_goal {
  X const& x;   ///< examples
  Y const& y;   ///< their targets
  M measure;    ///< a copy of it, with nothing counted, looks at each evaluation
  double goal;  ///< a finite number
};

/// A goal of a run in any measure; it ends with stop::measure where the measure is as good.
///
///     adapt::run(device, stream, {.iterations = 5000},
///                adapt::until(test, measure::balanced_accuracy<6>{}, 0.9));
///
/// Goals of the budget are looked at besides. The last value is outcome::measured.
/// @param held_out  has x and y, and outlives the run
/// @param empty     of the loss's targets; nothing counted yet
template <class HeldOut, class M>
[[nodiscard]] auto until(HeldOut const& held_out, M const& empty, double goal) noexcept {
  return measured_goal<decltype(held_out.x), decltype(held_out.y), M>{held_out.x, held_out.y, empty,
                                                                      goal};
}
template <class HeldOut, class M>
void until(HeldOut const&&, M const&, double) = delete;

namespace detail {

/// Held-out examples with a goal of their own.
template <class H>
concept measured = requires(H const& h) {
  h.measure;
  h.goal;
};

}  // namespace detail
}  // namespace halo::adapt
