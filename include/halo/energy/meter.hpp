// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>

namespace halo::energy {

/// What a meter has counted since it was made, or between two looks at it.
struct reading {
  double joules = 0;   ///< spent
  double seconds = 0;  ///< by the meter's own clock
  double drift = 0;    ///< how far the joules may be off for what was not seen meanwhile
  double edge = 0;     ///< how far they may be off at a look, as counters move in steps
  std::uint64_t samples =
      0;  ///< times that the machine's sensor was looked at or its counter moved

  /// The joules lie within ± this, as far as the meter knows: both ends may be off.
  [[nodiscard]] constexpr double uncertainty() const noexcept { return drift + 2 * edge; }
  /// What was counted between two looks.
  [[nodiscard]] friend constexpr reading operator-(reading const& now,
                                                   reading const& then) noexcept {
    return {now.joules - then.joules, now.seconds - then.seconds, now.drift - then.drift,
            now.edge > then.edge ? now.edge : then.edge, now.samples - then.samples};
  }
  /// Mean power; 0 of no time.
  [[nodiscard]] constexpr double watts() const noexcept {
    return seconds > 0 ? joules / seconds : 0;
  }
};

/// The smallest steps of a meter.
struct resolution {
  double joules = 0;   ///< that its joules move by
  double seconds = 0;  ///< between two of its own looks; 0: whenever it is asked
};

/// Something that measures energy: m.read() looks at it and tells what was spent since it was made,
/// m.resolution() its smallest steps, m.source() what it is and what it covers.
///
/// read() may throw halo::error where a sensor went away. Whoever measures something short asks
/// warning_of.
template <class M>
concept meter = requires(M& m, M const& c) {
  { m.read() } -> std::convertible_to<reading>;
  { c.resolution() } -> std::convertible_to<resolution>;
  { c.source() };
};

/// Why a measurement is not to be trusted, or null: fewer than ten looks at the sensor or ten of
/// its own steps (a work of a second looked at once a second is not measured at all), less energy
/// than ten steps of the counter, an uncertainty of more than a tenth, or a clock that stood still.
[[nodiscard]] constexpr char const* warning_of(reading const& spent,
                                               resolution const& step) noexcept {
  if (spent.samples < 10 || spent.seconds < 10 * step.seconds)
    return "the meter looks too seldom for work this short: repeat the work, or sample faster";
  if (spent.joules < 10 * step.joules)
    return "the work took less than ten of the meter's smallest steps: repeat it";
  double const size = std::abs(spent.joules);  // not finite: nor does it know
  if (!(spent.uncertainty() <= 0.1 * size && size <= std::numeric_limits<double>::max()))
    return "the meter is uncertain by more than a tenth of what it found";
  if (!(spent.seconds > 0)) return "the meter's clock did not go on: is the meter still there?";
  return nullptr;
}

/// Joules from samples of power at any times: trapezoids, and how far the power could have been off
/// between two samples if it moved from one to the other at once, early or late.
class integral {
 public:
  /// @param step  the smallest step of the watts
  constexpr explicit integral(double step = 0) noexcept : step_(step) {}

  /// The power at a time, in seconds; one that is not behind the last is left out.
  constexpr void add(double seconds, double watts) noexcept {
    if (samples_ > 0) {
      double const passed = seconds - seconds_;
      if (!(passed > 0)) return;
      double const change = watts > watts_ ? watts - watts_ : watts_ - watts;
      joules_ += passed * (watts + watts_) / 2;
      off_ += passed * (change + step_) / 2;
    } else {
      first_ = seconds;
    }
    seconds_ = seconds;
    watts_ = watts;
    ++samples_;
  }
  /// What came together since the first sample.
  [[nodiscard]] constexpr reading total() const noexcept {
    return {joules_, samples_ > 0 ? seconds_ - first_ : 0, off_, 0, samples_};
  }
  /// Of the last sample.
  [[nodiscard]] constexpr double watts() const noexcept { return watts_; }

 private:
  double step_, first_ = 0, seconds_ = 0, watts_ = 0, joules_ = 0, off_ = 0;
  std::uint64_t samples_ = 0;
};

/// Something that tells the power of now: s.watts(), s.step() the smallest step of it, s.source().
template <class S>
concept power_sensor = requires(S& s, S const& c) {
  { s.watts() } -> std::convertible_to<double>;
  { c.step() } -> std::convertible_to<double>;
  { c.source() };
};

/// A meter made of a power sensor: looks at it whenever it is read, in trapezoids. Read it as often
/// as the power changes: what happens between two looks it does not see.
/// @tparam Clock  seconds() since it was made
template <power_sensor Sensor, class Clock>
class sampled {
 public:
  /// Looks once.
  explicit sampled(Sensor sensor, Clock clock = {})
      : sensor_(static_cast<Sensor&&>(sensor)), clock_(clock), integral_(sensor_.step()) {
    integral_.add(clock_.seconds(), sensor_.watts());
  }
  /// Looks once more.
  [[nodiscard]] reading read() {
    double const before = clock_.seconds(), watts = sensor_.watts();
    integral_.add((before + clock_.seconds()) / 2, watts);
    return integral_.total();
  }
  [[nodiscard]] energy::resolution resolution() const noexcept { return {}; }
  [[nodiscard]] auto source() const { return sensor_.source(); }

 private:
  Sensor sensor_;
  Clock clock_;
  integral integral_;
};

/// A meter without what the machine takes when it is idle: joules - watts · seconds.
template <meter Meter>
class above_idle {
 public:
  /// @param watts  of the idle machine, see idle_watts
  /// @param off    how far the watts may be off
  above_idle(Meter& m, double watts, double off = 0) noexcept
      : meter_(&m), watts_(watts), off_(off) {}
  /// Joules beyond those of the idle machine: below 0 where it took less than told.
  [[nodiscard]] reading read() {
    reading r = meter_->read();
    r.joules -= watts_ * r.seconds;
    r.drift += off_ * r.seconds;
    return r;
  }
  [[nodiscard]] energy::resolution resolution() const { return meter_->resolution(); }
  [[nodiscard]] auto source() const { return meter_->source(); }

 private:
  Meter* meter_;
  double watts_, off_;
};

/// The power of a machine that does nothing but wait(), looked at `times` times.
/// @param wait  sleeps for as long as the meter needs to see something, a tenth of a second say
template <meter Meter, std::invocable Wait>
[[nodiscard]] double idle_watts(Meter& m, Wait&& wait, int times = 20) {
  reading const begin = m.read();
  reading end = begin;
  for (int i = 0; i < times; ++i) wait(), end = m.read();
  return (end - begin).watts();
}

}  // namespace halo::energy

#include <halo/macros_back.hpp>
