// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include <halo/adapt/budget.hpp>
#include <halo/adapt/operations.hpp>
#include <halo/adapt/prospect.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/core/error.hpp>
#include <halo/core/options.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/nn/loss.hpp>

namespace halo::adapt {

/// How a run ended.
struct outcome {
  stop reason = stop::iterations;                              ///< why it ended
  adapt::totals totals{};                                      ///< of this run alone
  double seconds = 0;                                          ///< wall time, evaluations included
  double loss = std::numeric_limits<double>::quiet_NaN();      ///< of the last evaluation, if any
  double accuracy = std::numeric_limits<double>::quiet_NaN();  ///< the same
  refusal refused{};  ///< what did not fit, where the reason is refused
};

/// Does nothing after a step.
struct no_observer {
  /// Does nothing.
  void operator()(report const&) const noexcept {}
};

/// Where there are no held-out examples.
struct no_examples {};

/// The next mini-batch: of the size that the device's policy wants, where it wants one and the
/// stream can give it.
template <class Device, class Stream>
auto next_batch(Device const& device, Stream& stream) {
  if constexpr (requires { stream.next(std::size_t{}); }) {
    if (std::size_t const n = device.wanted_batch(); n > 0) return stream.next(n);
  }
  return stream.next();
}

namespace detail {

/// Something with examples x and their targets y.
template <class H>
concept labelled = requires(H const& h) {
  h.x;
  h.y;
};

/// Whether the goals of a budget are reached, by held-out examples.
class goals {
 public:
  explicit goals(budget const& limits) noexcept : limits_(limits) {}

  /// Evaluates where it is time to, and says whether the run is to end for a reason of o.
  template <class Device, class HeldOut>
  [[nodiscard]] bool reached(Device const& device, HeldOut const& held_out, outcome& o) noexcept {
    if (!limits_.evaluates() || o.totals.iterations % limits_.evaluate_every != 0) return false;
    evaluation const e = device.try_evaluate(held_out.x, held_out.y);
    if (e.refused) return ends(o, stop::refused, e.refused);
    o.loss = e.loss;
    o.accuracy = e.accuracy;
    if (limits_.accuracy && e.accuracy >= *limits_.accuracy) return ends(o, stop::accuracy);
    if (limits_.loss && e.loss <= *limits_.loss) return ends(o, stop::loss);
    waited_ = e.loss < best_ ? 0 : waited_ + 1;
    best_ = e.loss < best_ ? e.loss : best_;
    return waited_ >= limits_.patience && ends(o, stop::patience);
  }

 private:
  static bool ends(outcome& o, stop reason, refusal const& refused = {}) noexcept {
    o.reason = reason;
    o.refused = refused;
    return true;
  }

  budget const& limits_;
  double best_ = std::numeric_limits<double>::infinity();
  std::uint64_t waited_ = 0;
};

/// Which limit of a budget is reached, if one is.
[[nodiscard]] inline bool spent(budget const& limits, outcome& o, std::uint64_t bad) noexcept {
  std::uint64_t const left = limits.iterations - std::min(limits.begun, limits.iterations);
  o.reason = bad >= limits.non_finite                   ? stop::non_finite
             : o.totals.iterations >= left              ? stop::iterations
             : o.totals.operations >= limits.operations ? stop::operations
                                                        : stop::time;
  return o.reason != stop::time || o.seconds >= limits.seconds;
}

/// What the optimizer is told before a step: how far the budget reaches, how far the run is, and
/// how many examples the stream goes through, where it has rows(). A first step is taken for one on
/// all layers.
template <class Device, class Stream>
void plan(Device& device, Stream const& stream, budget const& limits, outcome const& o) noexcept {
  prospect p{.elapsed = limits.begun + o.totals.iterations};
  std::size_t const rows = device.wanted_batch();
  p.horizon = horizon_of(limits, o.totals, o.seconds,
                         operations<typename Device::network, typename Device::optimizer_type>(
                             {.layers = layer_mask::all(Device::layout::layers)},
                             rows > 0 ? rows : Device::max_batch));
  if constexpr (requires { std::uint64_t{stream.rows()}; }) p.rows = stream.rows();
  device.set_plan(p);
}

/// Looks at a budget before a run.
template <class Loss, class HeldOut>
[[nodiscard]] refusal check(budget const& limits) noexcept {
  if (auto const bad = first_bad_option(limits))
    return {.what = misfit::option, .argument = "budget", .found = bad->found};
  if ((limits.accuracy && !nn::has_hits<Loss>) || (limits.evaluates() && !labelled<HeldOut>))
    return {.what = misfit::goal, .argument = "budget"};
  return {};
}

/// What a run that was refused throws.
template <class Loss>
outcome checked(budget const& limits, outcome const& o) {
  check_options(limits, "budget");
  if (limits.accuracy && !nn::has_hits<Loss>) {
    fail("budget", "accuracy", "a loss whose answers are right or wrong",
         std::string(Loss::name) + "; budget.loss is a goal for any");
  }
  if (o.refused.what == misfit::goal)
    fail("budget", "accuracy, loss or patience", "held-out examples", "a run without any");
  throw_if(o.refused, "run");
  return o;
}

}  // namespace detail

/// Steps through a stream of mini-batches until a budget is spent or a goal is reached, and ends
/// with stop::refused where the budget or examples do not fit. Throws nothing that the stream does
/// not.
///
/// Evaluates held-out examples at the beginning and every budget::evaluate_every iterations, if a
/// goal needs it; of the loss's goals the accuracy is looked at first. Adds no allocation to those
/// of the stream.
/// @param stream    next() gives something with contiguous x [rows, inputs] and y [rows]; where
///                  there is next(rows), the policy's wish is followed
/// @param held_out  has x and y, or is no_examples where the budget has no goals
/// @param observe   called with the report of every step; where it returns false, the run ends
template <class Device, class Stream, class HeldOut, class Observer = no_observer>
outcome try_run(Device& device, Stream& stream, budget const& limits, HeldOut const& held_out,
                Observer&& observe = {}) {
  stopwatch const clock;
  totals const before = device.totals();
  outcome o;
  o.refused = detail::check<typename Device::loss, HeldOut>(limits);
  if (o.refused) o.reason = stop::refused;
  if (o.refused) return o;
  std::uint64_t bad = 0;
  detail::goals goals(limits);
  for (;;) {
    o.totals = device.totals() - before;
    o.seconds = clock.seconds();
    if constexpr (detail::labelled<HeldOut>)
      if (goals.reached(device, held_out, o)) return o;
    if (detail::spent(limits, o, bad)) return o;
    detail::plan(device, stream, limits, o);
    auto const [x, y] = next_batch(device, stream);
    report const r = device.try_step(x, y);
    if (r.refused) {
      o.reason = stop::refused;
      o.refused = r.refused;
      return o;
    }
    bad = r.finite() ? 0 : bad + 1;
    if constexpr (std::same_as<std::invoke_result_t<Observer&, report const&>, bool>) {
      if (!observe(r)) {
        o.totals = device.totals() - before;
        o.seconds = clock.seconds();
        o.reason = stop::observer;
        return o;
      }
    } else {
      observe(r);
    }
  }
}

/// The same.
/// @throws halo::error for an option of the budget out of its range, a goal that cannot be looked
///         at, and mini-batches or held-out examples that do not fit
template <class Device, class Stream, detail::labelled HeldOut, class Observer = no_observer>
outcome run(Device& device, Stream& stream, budget const& limits, HeldOut const& held_out,
            Observer&& observe = {}) {
  return detail::checked<typename Device::loss>(
      limits, try_run(device, stream, limits, held_out, std::forward<Observer>(observe)));
}

/// The same without held-out examples, and so without goals.
template <class Device, class Stream, std::invocable<report const&> Observer = no_observer>
outcome run(Device& device, Stream& stream, budget const& limits, Observer&& observe = {}) {
  return detail::checked<typename Device::loss>(
      limits, try_run(device, stream, limits, no_examples{}, std::forward<Observer>(observe)));
}

}  // namespace halo::adapt
