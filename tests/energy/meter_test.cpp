// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/meter.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string_view>

#include "../support/sensor_tree.hpp"

namespace energy_meter_test {

using namespace halo;
using doctest::Approx;

namespace {

/// Power that a test sets.
struct set_sensor {
  std::shared_ptr<double> power = std::make_shared<double>(0);
  [[nodiscard]] double watts() const { return *power; }
  [[nodiscard]] static double step() { return 0; }
  [[nodiscard]] static char const* source() { return "set"; }
};

}  // namespace

TEST_CASE("integral: trapezoids of irregular samples are exact for power in straight pieces") {
  energy::integral sum;
  auto const power = [](double t) { return t < 2 ? 3 * t : 6 - (t - 2); };
  for (double const t : {0.0, 0.3, 1.1, 2.0, 2.05, 4.5, 7.0}) sum.add(t, power(t));
  CHECK(sum.total().joules == Approx(6 + 5 * 6 - 12.5));
  CHECK(sum.total().seconds == 7);
  CHECK(sum.total().samples == 7);
  sum.add(7, 1e9);  // no time has passed
  sum.add(6, 1e9);
  CHECK(sum.total().joules == Approx(23.5));
}

TEST_CASE("integral: what it cannot have seen is within its uncertainty") {
  // power that jumps from 1 to 5 W anywhere between two looks a second apart
  for (double const jump : {0.01, 0.3, 0.5, 0.99}) {
    CAPTURE(jump);
    energy::integral sum;
    sum.add(0, 1), sum.add(1, 5), sum.add(2, 5);
    double const truth = jump * 1 + (1 - jump) * 5 + 5;
    CHECK(std::abs(sum.total().joules - truth) <= sum.total().uncertainty());
  }
  energy::integral coarse(0.5);  // a sensor that rounds to half watts
  coarse.add(0, 1), coarse.add(4, 1);
  CHECK(coarse.total().uncertainty() == Approx(1));
}

TEST_CASE("integral: the error falls with the square of the time between samples") {
  auto const error_of = [](int n) {
    energy::integral sum;
    for (int i = 0; i <= n; ++i) sum.add(i * 3.0 / n, 2 + std::sin(i * 3.0 / n));
    return std::abs(sum.total().joules - (6 + 1 - std::cos(3.0)));
  };
  CHECK(error_of(100) < 1e-3);
  CHECK(error_of(100) / error_of(200) == Approx(4).epsilon(0.01));
}

TEST_CASE("sampled: a sensor that is looked at at any times") {
  support::set_clock const clock;
  set_sensor const sensor;
  *sensor.power = 2;
  energy::sampled<set_sensor, support::set_clock> m(sensor, clock);
  static_assert(energy::meter<decltype(m)>);
  *clock.now = 1, *sensor.power = 4;
  energy::reading const first = m.read();
  CHECK(first.joules == Approx(3));
  *clock.now = 1.5;
  energy::reading const second = m.read();
  CHECK((second - first).joules == Approx(2));
  CHECK((second - first).seconds == Approx(0.5));
  CHECK((second - first).watts() == Approx(4));
  CHECK((second - first).uncertainty() == Approx(0));
}

TEST_CASE("above_idle: what the waiting machine takes is left out") {
  support::set_clock const clock;
  set_sensor const sensor;
  *sensor.power = 1.5;
  energy::sampled<set_sensor, support::set_clock> m(sensor, clock);
  double const idle = energy::idle_watts(m, [&] { *clock.now += 0.1; });
  CHECK(idle == Approx(1.5));
  energy::above_idle work(m, idle, 0.01);
  energy::reading const before = work.read();
  *sensor.power = 4;
  *clock.now += 1e-9, static_cast<void>(m.read());
  *clock.now += 2;
  energy::reading const spent = work.read() - before;
  CHECK(spent.joules == Approx(5));
  CHECK(spent.uncertainty() == Approx(0.02));
}

TEST_CASE("warning_of: a meter that looks once a second says nothing of less") {
  auto const about = [](energy::reading const& r, energy::resolution const& step) {
    char const* const text = energy::warning_of(r, step);
    return std::string_view(text != nullptr ? text : "");
  };
  CHECK(about({.joules = 3, .seconds = 0.5, .samples = 2}, {0, 1}).starts_with("the meter looks"));
  CHECK(about({.joules = 3, .seconds = 5, .samples = 50}, {0, 1}).starts_with("the meter looks"));
  CHECK(about({.joules = 3, .seconds = 50, .samples = 50}, {0, 1}).empty());
  CHECK(about({.joules = 3e-4, .seconds = 1, .samples = 50}, {61e-6, 1e-3})
            .starts_with("the work took less"));
  CHECK(about({.joules = 3, .seconds = 50, .drift = 0.4, .samples = 50}, {0, 1})
            .starts_with("the meter is uncertain"));
  double const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(about({.joules = nan, .seconds = 50, .samples = 50}, {0, 1})
            .starts_with("the meter is uncertain"));
  double const infinity = std::numeric_limits<double>::infinity();
  CHECK(about({.joules = infinity, .seconds = 50, .drift = infinity, .samples = 50}, {0, 1})
            .starts_with("the meter is uncertain"));
  CHECK(about({.joules = 3, .seconds = 0, .samples = 50}, {0, 0}).starts_with("the meter's clock"));
}

TEST_CASE("reading: between two looks drift adds up, edges do not") {
  energy::reading const a{.joules = 5, .seconds = 2, .drift = 0.5, .edge = 0.1, .samples = 3};
  energy::reading const b{.joules = 9, .seconds = 4, .drift = 0.75, .edge = 0.2, .samples = 7};
  CHECK((b - a).uncertainty() == Approx(0.25 + 0.4));
  CHECK((b - a).samples == 4);
  CHECK((b - a).watts() == Approx(2));
}

}  // namespace energy_meter_test
