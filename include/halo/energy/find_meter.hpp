// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>

#include <halo/core/error.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/energy/meter.hpp>
#include <halo/energy/perf_power.hpp>
#include <halo/energy/rapl.hpp>
#include <halo/energy/raspberry_pi5.hpp>
#include <halo/energy/sensors.hpp>
#include <halo/io/descriptor.hpp>

#if defined(HALO_POSIX)  // elsewhere there is nothing in it

namespace halo::energy {

/// A meter of any kind.
class any_meter {
 public:
  /// Around one.
  template <meter Meter>
    requires(!std::same_as<Meter, any_meter>)
  explicit any_meter(Meter m) : meter_(std::make_unique<holder<Meter>>(std::move(m))) {}

  [[nodiscard]] reading read() { return meter_->read(); }
  [[nodiscard]] energy::resolution resolution() const { return meter_->resolution(); }
  [[nodiscard]] std::string source() const { return meter_->source(); }

 private:
  struct base {
    virtual ~base() = default;
    virtual reading read() = 0;
    virtual energy::resolution resolution() const = 0;
    virtual std::string source() const = 0;
  };
  template <class Meter>
  struct holder final : base {
    explicit holder(Meter m) : meter(std::move(m)) {}
    reading read() override { return meter.read(); }
    energy::resolution resolution() const override { return meter.resolution(); }
    std::string source() const override { return meter.source(); }
    Meter meter;
  };
  std::unique_ptr<base> meter_;
};

/// The first meter that this machine has: RAPL, perf's counters, a Jetson's INA3221, another power
/// sensor, a battery that discharges, the power chip of a Raspberry Pi 5.
/// @param root  in place of "" in front of /sys; then no command of the system is run
/// @throws halo::error where there is none: the message says of each why. Where exceptions are off
///         the first must be there: name the meter instead.
[[nodiscard]] inline any_meter find_meter(std::string const& root = "") {
  std::string reasons;
  std::unique_ptr<any_meter> found;
  auto const attempt = [&](auto make) {
    if (found) return;
#  if defined(__cpp_exceptions)
    try {
      found = std::make_unique<any_meter>(make());
    } catch (error const& e) {
      reasons += (reasons.empty() ? "" : "; ") + std::string(e.what());
    }
#  else
    found = std::make_unique<any_meter>(make());
#  endif
  };
  attempt([&] { return rapl<>(root); });
#  if defined(__linux__)
  attempt([&] { return perf_power<>(root); });
#  endif
  attempt([&] { return sampled<power_rails, stopwatch>(ina3221(root)); });
  attempt([&] { return sampled<power_rails, stopwatch>(hwmon(root)); });
  attempt([&] { return sampled<power_rails, stopwatch>(power_supply(root)); });
  if (root.empty()) attempt([&] { return sampled<raspberry_pi5<>, stopwatch>(raspberry_pi5<>()); });
  if (!found) fail("find_meter", "", "a meter of energy", reasons);
  return std::move(*found);
}

}  // namespace halo::energy

#endif
