// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/budget.hpp>
#include <halo/adapt/goals.hpp>
#include <halo/adapt/operations.hpp>
#include <halo/adapt/outcome.hpp>
#include <halo/adapt/plan.hpp>
#include <halo/adapt/refusal.hpp>
#include <halo/adapt/report.hpp>
#include <halo/adapt/until.hpp>
#include <halo/core/error.hpp>
#include <halo/core/options.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/nn/loss.hpp>

namespace halo::adapt {

/// Does nothing after a step.
struct no_observer {
  /// Does nothing.
  void operator()(report const&) const noexcept {}
};

namespace detail {

/// The next mini-batch: of the size that the device's policy wants, where it wants one and the
/// stream can give it.
template <class Device, class Stream>
auto next_batch(Device const& device, Stream& stream) {
  if constexpr (requires { stream.next(std::size_t{}); }) {
    if (std::size_t const n = device.wanted_batch(); n > 0) return stream.next(n);
  }
  return stream.next();
}

/// Says what is no device and no stream; true, so that it can stand in a static_assert.
template <class Device, class Stream>
[[nodiscard]] consteval bool runs() {
  static_assert(
      requires { typename Device::loss; },
      "halo: run: the first argument is a device: *device where adapt::make made it");
  static_assert(
      requires(Stream& s) { s.next(); },
      "halo: run: the second argument is a stream of mini-batches, which has next() and is not "
      "const: data::batches stream(rows, 64, seed{1})");
  return true;
}

/// What the optimizer is told before a step: how far the budget reaches, how far the run is, and
/// how many examples the stream goes through, where it has rows(). A first step is taken for one on
/// all layers.
template <class Device, class Stream>
void tell_plan(Device& device, Stream const& stream, budget const& limits,
               outcome const& o) noexcept {
  adapt::plan p{.elapsed = limits.begun + o.totals.iterations};
  std::size_t const rows = device.wanted_batch();
  layer_mask const learning = layer_mask::all(Device::layout::layers).without(device.frozen());
  p.horizon = horizon_of(limits, o.totals, o.seconds,
                         operations<typename Device::network, typename Device::optimizer_type>(
                             {.layers = learning}, rows > 0 ? rows : Device::max_batch),
                         o.joules);
  if constexpr (requires { std::uint64_t{stream.rows()}; }) p.rows = stream.rows();
  device.set_plan(p);
}

/// An observer that knows how many joules were spent since it was made.
template <class O>
concept counts_joules = requires(O const& o) {
  { o.joules() } -> std::convertible_to<double>;
};
template <class Observer>
[[nodiscard]] double joules_of(Observer const& o) noexcept {
  if constexpr (counts_joules<Observer>) return o.joules();
  return 0;
}

/// Looks at budget and held-out examples before a run, which a safeguard begins.
template <class Observer, class Device, class HeldOut>
[[nodiscard]] refusal check(Device const& device, budget const& limits,
                            HeldOut& held_out) noexcept {
  using network = typename Device::network;
  using loss = typename Device::loss;
  constexpr bool looks = looking<HeldOut, Device>;
  if constexpr (measured<HeldOut>) {
    if (!std::isfinite(held_out.goal))
      return out_of_range("until", allowed::finite(), held_out.goal);
  }
  if (auto const no = check_ranges(limits)) return no;
  if (!limits.has_clock())  // it would never end
    return {.what = misfit::no_clock, .argument = "budget.seconds"};
  if (limits.accuracy && !nn::has_accuracy<loss>)
    return {.what = misfit::no_accuracy, .argument = "budget.accuracy"};
  if (limits.joules < std::numeric_limits<double>::infinity() && !counts_joules<Observer>)
    return {.what = misfit::no_meter, .argument = "budget.joules"};
  if (without_end<HeldOut, Observer>(limits)) return check_count("limits of the budget", 1, 0);
  if (limits.evaluates() && !looks && !labelled<HeldOut>)
    return {.what = misfit::goal, .argument = "budget"};
  if constexpr (looks)
    return held_out.begin(device);
  else if constexpr (labelled<HeldOut>)
    return examples<network, loss>(held_out.x, held_out.y, std::numeric_limits<std::size_t>::max())
        .no;
  return {};
}

/// Steps until something ends the run.
template <class Device, class Stream, class HeldOut, class Observer>
outcome steps(Device& device, Stream& stream, budget const& limits, HeldOut& held_out,
              Observer& observe, goals& goals, stopwatch const& clock) {
  totals const before = device.totals();
  double const joules_before = joules_of(observe);
  outcome o;
  // steps in which nothing learns are free: where neither they nor time are counted there is no end
  constexpr std::uint64_t most_idle = 1U << 16U;
  bool const endless = limits.iterations == budget::unlimited &&
                       limits.seconds == std::numeric_limits<double>::infinity();
  std::uint64_t bad = 0, idle = 0;
  for (bool goes_on = true;;) {
    o.totals = device.totals() - before;
    o.seconds = clock.seconds();
    o.joules = joules_of(observe) - joules_before;
    if (!goes_on) return o;
    if constexpr (held_out_for<HeldOut, Device>)
      if (goals.reached(device, held_out, o)) return o;
    if (spent(limits, o, bad)) return o;
    tell_plan(device, stream, limits, o);
    auto const [x, y] = next_batch(device, stream);
    report const r = device.try_step(x, y);
    o.refused = r.refused;
    idle = r.status == optim::status::empty ? idle + 1 : 0;
    if (idle == most_idle && endless) o.refused = check_count("layers that learn", 1, 0);
    o.reason = o.refused ? stop::refused : stop::observer;
    if (o.refused) return o;
    o.last = r;
    bad = r.finite() ? 0 : bad + 1;
    if constexpr (std::same_as<std::invoke_result_t<Observer&, report const&>, bool>)
      goes_on = observe(r);
    else
      observe(r);
  }
}

/// What a run that was refused throws.
template <class Loss, class HeldOut, class Observer>
outcome checked(budget const& limits, outcome const& o) {
  check_options(limits, "budget");
  if (limits.accuracy && !nn::has_accuracy<Loss>) {
    std::string found(Loss::name);  // g++ 12 warns of bounds in a sum
    found.append("; budget.loss is a goal for any");
    fail("budget", "accuracy", "a loss whose answers are right or wrong", found);
  }
  if (o.refused.what == misfit::no_meter)
    fail("budget", "joules", "an observer that counts them: adapt::spending", "a run without");
  if (o.refused.what == misfit::goal)
    fail("budget", "accuracy, loss or patience", "held-out examples", "a run without any");
  if (without_end<HeldOut, Observer>(limits))
    fail("budget", "iterations, operations, seconds, joules",
         "one of them or a goal, else an "
         "observer that returns false",
         "none: the run would not end");
  throw_if(o.refused, "run");
  return o;
}

}  // namespace detail

/// Steps through a stream of mini-batches until a budget is spent or a goal is reached, and ends
/// with stop::refused where the budget or examples do not fit, where neither the budget nor a goal
/// nor an observer that returns bool could end it, or where nothing learned in 65,536 steps one
/// after the other of a budget without iterations and seconds. Throws nothing that the stream does
/// not.
///
/// Looks at held-out examples at the beginning and every budget::evaluate_every iterations, if a
/// goal needs it or a safeguard does, and at the end; of several goals that of a measure is looked
/// at first, then the accuracy. Adds no allocation to those of the stream.
/// @param stream    next() gives something with contiguous x [rows, inputs] and y [rows]; where
///                  there is next(rows), the policy's wish is followed
/// @param held_out  has x and y; or what until makes of them, with a measure and a goal; or a
///                  safeguard, which takes the device back to its best; or
///                  no_examples where the budget has no goals
/// @param observe   called with the report of every step; where it returns false, the run ends; a
///                  budget in joules asks its joules(), see adapt::spending
template <class Device, class Stream, class HeldOut, class Observer = no_observer>
outcome try_run(Device& device, Stream& stream, budget const& limits, HeldOut&& held_out,
                Observer&& observe = {}) {
  static_assert(detail::runs<Device, Stream>());
  static_assert(detail::looks_at<std::remove_cvref_t<HeldOut>, Device>());
  stopwatch const clock(limits.clock);
  outcome o;
  o.refused = detail::check<std::remove_reference_t<Observer>>(device, limits, held_out);
  o.reason = stop::refused;
  if (o.refused) return o;
  detail::goals goals(limits);
  o = detail::steps(device, stream, limits, held_out, observe, goals, clock);
  goals.conclude(device, held_out, o);
  o.seconds = clock.seconds();
  return o;
}

/// The same.
/// @throws halo::error for an option of the budget out of its range, a run that nothing could end,
///         a goal that cannot be looked at, mini-batches or held-out examples that do not fit, and
///         where nothing learns
template <class Device, class Stream, class HeldOut, class Observer = no_observer>
  requires detail::held_out_for<std::remove_reference_t<HeldOut>, Device>
outcome run(Device& device, Stream& stream, budget const& limits, HeldOut&& held_out,
            Observer&& observe = {}) {
  static_assert(detail::runs<Device, Stream>());
  return detail::checked<typename Device::loss, std::remove_reference_t<HeldOut>,
                         std::remove_reference_t<Observer>>(
      limits, try_run(device, stream, limits, held_out, std::forward<Observer>(observe)));
}

/// Says what does not fit behind the budget.
template <class Device, class Stream, class Other, class... More>
  requires(!detail::held_out_for<std::remove_reference_t<Other>, Device> &&
           !std::invocable<Other, report const&>)
outcome run(Device&, Stream&, budget const&, Other&&, More&&...) {
  static_assert(detail::looks_at<std::remove_cvref_t<Other>, Device>());
  return {};
}

/// The same without held-out examples, and so without goals.
template <class Device, class Stream, std::invocable<report const&> Observer = no_observer>
outcome run(Device& device, Stream& stream, budget const& limits, Observer&& observe = {}) {
  static_assert(detail::runs<Device, Stream>());
  return detail::checked<typename Device::loss, no_examples, std::remove_reference_t<Observer>>(
      limits, try_run(device, stream, limits, no_examples{}, std::forward<Observer>(observe)));
}

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
