// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <halo/adapt/budget.hpp>
#include <halo/adapt/outcome.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/adapt/until.hpp>
#include <halo/adapt/verdict.hpp>
#include <halo/measure/measure.hpp>

// What ends a run: the limits of its budget, and what held-out examples say while it goes on and at
// its end.

namespace halo::adapt {

/// Where there are no held-out examples.
struct no_examples {};

namespace detail {

/// Something with examples x and their targets y.
template <class H>
concept labelled = requires(H const& h) {
  h.x;
  h.y;
};

/// What looks at held-out examples itself: a safeguard.
template <class H, class Device>
concept looking = requires(H& h, Device& d) {
  { h.begin(d) } -> std::same_as<refusal>;
  { h.look(d) } -> std::same_as<evaluation>;
  { h.end(d) } -> std::same_as<verdict>;
};

/// Held-out examples of a run.
template <class H, class Device>
concept held_out_for = labelled<H> || looking<H, Device>;

/// Says that what stands in the place of held-out examples is none.
template <class HeldOut, class Device>
[[nodiscard]] consteval bool looks_at() {
  static_assert(std::same_as<HeldOut, no_examples> || held_out_for<HeldOut, Device>,
                "halo: run: behind the budget come held-out examples, something with x and y such "
                "as a data::dataset, adapt::until or a safeguard, then an observer of reports");
  return true;
}

/// Whether nothing can end a run: no limit, no goal, no observer that may.
template <class HeldOut, class Observer>
[[nodiscard]] bool without_end(budget const& limits) noexcept {
  constexpr budget none;
  constexpr bool may_end = std::same_as<std::invoke_result_t<Observer&, report const&>, bool>;
  return !may_end && !measured<HeldOut> && !limits.evaluates() &&
         limits.iterations == none.iterations && limits.operations == none.operations &&
         limits.seconds == none.seconds && limits.joules == none.joules &&
         limits.non_finite == none.non_finite;
}

/// Which limit of a budget is reached, if one is; by joules or seconds that are no number, too.
[[nodiscard]] inline bool spent(budget const& limits, outcome& o, std::uint64_t bad) noexcept {
  std::uint64_t const left = limits.iterations - std::min(limits.begun, limits.iterations);
  bool const by_joules = limits.joules < std::numeric_limits<double>::infinity();
  o.reason = bad >= limits.non_finite                   ? stop::non_finite
             : o.totals.iterations >= left              ? stop::iterations
             : o.totals.operations >= limits.operations ? stop::operations
             : by_joules && !(o.joules < limits.joules && std::isfinite(o.joules)) ? stop::energy
                                                                                   : stop::time;
  constexpr double never = std::numeric_limits<double>::infinity();
  return o.reason != stop::time || (!(o.seconds < limits.seconds) && limits.seconds < never);
}

/// Whether the goals of a budget are reached, by held-out examples.
class goals {
 public:
  explicit goals(budget const& limits) noexcept : limits_(limits) {}

  /// Evaluates where it is time to, and says whether the run is to end for a reason of o.
  template <class Device, class HeldOut>
  [[nodiscard]] bool reached(Device const& device, HeldOut& held_out, outcome& o) noexcept {
    bool const looks = limits_.evaluates() || looking<HeldOut, Device> || measured<HeldOut>;
    if (!looks || o.totals.iterations % limits_.evaluate_every != 0) return false;
    evaluation const e = look(device, held_out, o);
    if (e.refused) return ends(o, stop::refused, e.refused);
    if constexpr (measured<HeldOut>) {
      using M = std::remove_cvref_t<decltype(held_out.measure)>;
      if (measure::reaches<M>(o.measured, held_out.goal)) return ends(o, stop::measure);
    }
    if (limits_.accuracy && e.accuracy >= *limits_.accuracy) return ends(o, stop::accuracy);
    if (limits_.loss && e.loss <= *limits_.loss) return ends(o, stop::loss);
    waited_ = e.loss < best_ ? 0 : waited_ + 1;
    best_ = e.loss < best_ ? e.loss : best_;
    return waited_ >= limits_.patience && ends(o, stop::patience);
  }

  /// Tells of the end of a run what held-out examples say.
  template <class Device, class HeldOut>
  void conclude(Device& device, HeldOut& held_out, outcome& o) noexcept {
    if constexpr (looking<HeldOut, Device>) {
      o.verdict = held_out.end(device);
      o.loss = held_out.kept().loss;
      o.accuracy = held_out.kept().accuracy;
    } else if constexpr (labelled<HeldOut>) {
      if (!looked_ || looked_at_ != o.totals.iterations) look(device, held_out, o);
    }
  }

 private:
  /// Loss and accuracy of them.
  template <class Device, class HeldOut>
  evaluation look(Device const& device, HeldOut& held_out, outcome& o) noexcept {
    evaluation e;
    if constexpr (looking<HeldOut, Device>) {
      e = held_out.look(device);
    } else if constexpr (measured<HeldOut>) {
      auto m = held_out.measure;
      e = device.try_evaluate(held_out.x, held_out.y, m);
      o.measured = e.refused ? o.measured : m.value();
    } else {
      e = device.try_evaluate(held_out.x, held_out.y);
    }
    if (e.refused) return e;
    o.loss = e.loss;
    o.accuracy = e.accuracy;
    looked_ = true;
    looked_at_ = o.totals.iterations;
    return e;
  }
  static bool ends(outcome& o, stop reason, refusal const& refused = {}) noexcept {
    o.reason = reason;
    o.refused = refused;
    return true;
  }

  budget const& limits_;
  double best_ = std::numeric_limits<double>::infinity();
  std::uint64_t waited_ = 0;
  bool looked_ = false;
  std::uint64_t looked_at_ = 0;  ///< iterations of the run then
};

}  // namespace detail
}  // namespace halo::adapt

#include <halo/macros_back.hpp>
