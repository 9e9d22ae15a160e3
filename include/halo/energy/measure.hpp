// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstdint>

#include <halo/core/cost.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/energy/meter.hpp>
#include <halo/energy/roofline.hpp>

namespace halo::energy {

/// A meter for machines without one: so many watts whenever they work, by the clock alone.
/// @tparam Clock  seconds() since it was made
template <class Clock>
class constant_power {
 public:
  /// @param watts  of the machine at work
  explicit constant_power(double watts, Clock clock = {}) noexcept : watts_(watts), clock_(clock) {}
  [[nodiscard]] reading read() noexcept {
    double const seconds = clock_.seconds();
    return {.joules = watts_ * seconds, .seconds = seconds, .samples = ++looks_};
  }
  [[nodiscard]] static energy::resolution resolution() noexcept { return {}; }
  [[nodiscard]] static char const* source() noexcept { return "time at constant power"; }

 private:
  double watts_;
  Clock clock_;
  std::uint64_t looks_ = 0;
};

/// A work as a meter saw it.
struct measurement {
  reading spent{};                ///< of all repeats
  std::uint64_t repeats = 0;      ///< of the work
  char const* warning = nullptr;  ///< why it is not to be trusted, see warning_of; null: it is

  /// Joules of one repeat of the work, the mean over all; 0 where there was none.
  [[nodiscard]] constexpr double joules() const noexcept { return each(spent.joules); }
  /// Seconds of one repeat of the work, the mean over all; 0 where there was none.
  [[nodiscard]] constexpr double seconds() const noexcept { return each(spent.seconds); }
  /// Of the joules of one.
  [[nodiscard]] constexpr double uncertainty() const noexcept { return each(spent.uncertainty()); }
  /// What a roofline is fitted to.
  /// @param taken  by the work, see cost_of
  [[nodiscard]] constexpr roofline_sample sample_of(cost const& taken) const noexcept {
    return {taken, seconds(), joules()};
  }

 private:
  [[nodiscard]] constexpr double each(double all) const noexcept {
    return repeats > 0 ? all / static_cast<double>(repeats) : 0;
  }
};

/// Repeats a work until the meter can tell what it takes, or some seconds are over.
///
///     auto const m = energy::measure(meter, [&] { device.step(x, y); });
///     samples.push_back(m.sample_of(cost_of_that_step));
///
/// Looks at the meter about a thousand times a second, after each repeat of a longer work.
/// @param longest  seconds after which it ends with a warning: of the meter's clock, or of the
///                 system's, where there is one, since the meter's went on last
template <meter Meter, std::invocable Work>
[[nodiscard]] measurement measure(Meter& m, Work&& work, double longest = 10) {
  reading const begin = m.read();
  measurement found;
  stopwatch standing;
  double latest = 0;
  std::uint64_t at_once = 1;
  do {
    double const before = found.spent.seconds;
    for (std::uint64_t i = 0; i < at_once; ++i) work();
    found.repeats += at_once;
    found.spent = m.read() - begin;
    if (found.spent.seconds - before < 1e-3) at_once *= 2;
    if (found.spent.seconds > latest) latest = found.spent.seconds, standing.restart();
    found.warning = warning_of(found.spent, m.resolution());
  } while (found.warning != nullptr && found.spent.seconds < longest &&
           standing.seconds() < longest);
  return found;
}

}  // namespace halo::energy
