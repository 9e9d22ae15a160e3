// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

#include <halo/adapt/report.hpp>
#include <halo/adapt/run.hpp>
#include <halo/core/options.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/energy/estimate.hpp>
#include <halo/energy/meter.hpp>
#include <halo/optim/policy.hpp>

namespace halo::adapt {

/// Where no model is asked.
struct no_model {
  /// No joules, whatever the step.
  [[nodiscard]] constexpr energy::joules operator()(optim::decision const&,
                                                    std::size_t) const noexcept {
    return {};
  }
};

/// Where no meter is read.
struct no_meter {
  [[nodiscard]] constexpr energy::reading read() const noexcept { return {}; }
  [[nodiscard]] constexpr energy::resolution resolution() const noexcept { return {}; }
  [[nodiscard]] constexpr char const* source() const noexcept { return "none"; }
};

/// Something that a model says of a step: an energy::model, or an energy::profile.
template <class E>
concept estimator = energy::model<E> || requires(E const& e, optim::decision const& d) {
  { e(d, std::size_t{}) } -> std::convertible_to<energy::joules>;
};

namespace detail {

/// Whether a meter's joules rise, by the system's clock.
struct standstill {
  stopwatch since{};     ///< they rose last
  double most = 0;       ///< joules so far
  double longest = 60;   ///< seconds, see spending::set_longest
  bool reached = false;  ///< whether they stood for so long

  /// A meter of these steps has counted so much.
  void look(double joules, energy::resolution const& step) noexcept {
    if (joules > most) most = joules, since.restart();
    reached = since.seconds() > longest + 10 * step.seconds + 1e3 * step.joules;
  }
};

}  // namespace detail

/// Counts the joules of a run, by a model, a meter or both side by side: the observer that a budget
/// in joules asks.
///
///     adapt::spending spent(device, energy::horowitz45{});
///     adapt::run(device, stream, {.joules = 0.2}, spent);
///     spent.modelled().optimizer_share();
///
/// With a meter the budget is of what the meter says, evaluations and whatever else the machine
/// does included; a model counts steps alone, those that were refused too. Counts from when it is
/// made; a meter is referred to and read after each step. A meter whose joules stand still is taken
/// for broken, so that a budget in joules ends: see set_longest. Allocates nothing itself.
/// @tparam Observer  called with each report as well; may end the run
template <class Device, class Model = no_model, energy::meter Meter = no_meter,
          class Observer = no_observer>
class spending {
  static_assert(estimator<Model>,
                "halo: spending: the second argument is a model of energy, such as "
                "energy::horowitz45, or an energy::profile");
  static_assert(std::invocable<Observer&, report const&>,
                "halo: spending: behind the model come a meter, which has read(), resolution() and "
                "source(), and an observer of reports");
  static_assert(
      !std::same_as<Model, no_model> || !std::same_as<Meter, no_meter>,
      "halo: spending: counts by a model, a meter or both; no_model has a meter behind it");

 public:
  /// By a model.
  /// @throws halo::error for an option of the model out of its range
  explicit spending(Device const&, Model model, Observer observe = {})
    requires(std::same_as<Meter, no_meter>)
      : model_(checked(std::move(model))), observe_(std::move(observe)) {}
  /// By a model and a meter, which is to outlive this.
  spending(Device const&, Model model, Meter& m, Observer observe = {})
    requires(!std::same_as<Meter, no_meter>)
      : model_(checked(std::move(model))), meter_(&m), observe_(std::move(observe)) {
    begin_ = now_ = m.read();
  }

  /// A step was made.
  bool operator()(report const& r) {
    modelled_ += estimate(r);
    if constexpr (metered) {
      now_ = meter_->read();
      standing_.look(measured().joules, meter_->resolution());
    }
    if constexpr (std::same_as<std::invoke_result_t<Observer&, report const&>, bool>)
      return observe_(r);
    observe_(r);
    return true;
  }

  /// What the budget counts: by the meter where there is one, NaN once it stood still for too long,
  /// else by the model.
  [[nodiscard]] double joules() const noexcept {
    if constexpr (metered) {
      if (standing_.reached) return std::numeric_limits<double>::quiet_NaN();
    }
    return metered ? measured().joules : modelled_.total();
  }
  /// How many seconds the meter's joules may stand still, unless told 60; ten of the meter's own
  /// steps, and the time that its step of joules lasts at a milliwatt, are added. By the system's
  /// clock: where there is none nobody notices.
  void set_longest(double seconds) noexcept
    requires(!std::same_as<Meter, no_meter>)
  {
    standing_.longest = seconds;
  }
  /// What the model says of the steps so far.
  [[nodiscard]] energy::joules const& modelled() const noexcept { return modelled_; }
  /// What the meter says of the time until the last step.
  [[nodiscard]] energy::reading measured() const noexcept { return now_ - begin_; }
  /// Why the meter's joules are not to be trusted; null where they are, or no meter is read.
  [[nodiscard]] char const* warning() const {
    if constexpr (metered) {
      if (standing_.reached) return "the meter's joules stood still: is the meter still there?";
      return energy::warning_of(measured(), meter_->resolution());
    }
    return nullptr;
  }

 private:
  static constexpr bool metered = !std::same_as<Meter, no_meter>;

  [[nodiscard]] static Model checked(Model m) {
    if constexpr (recordable<Model>) check_options(m, "model");
    return m;
  }
  [[nodiscard]] energy::joules estimate(report const& r) const {
    if constexpr (energy::model<Model>)
      return energy::estimate<typename Device::network, typename Device::optimizer_type,
                              typename Device::loss>(model_, r.decision, r.rows);
    else
      return model_(r.decision, r.rows);
  }

  Model model_;
  [[no_unique_address]] std::conditional_t<metered, Meter*, no_meter> meter_{};
  [[no_unique_address]] std::conditional_t<metered, detail::standstill, no_model> standing_{};
  [[no_unique_address]] Observer observe_;
  energy::joules modelled_{};
  energy::reading begin_{}, now_{};
};
template <class Device, class Model>
spending(Device const&, Model) -> spending<Device, Model>;
template <class Device, class Model, energy::meter Meter>
spending(Device const&, Model, Meter&) -> spending<Device, Model, Meter>;
template <class Device, class Model, std::invocable<report const&> Observer>
spending(Device const&, Model, Observer) -> spending<Device, Model, no_meter, Observer>;
template <class Device, class Model, energy::meter Meter, class Observer>
spending(Device const&, Model, Meter&, Observer) -> spending<Device, Model, Meter, Observer>;

}  // namespace halo::adapt
