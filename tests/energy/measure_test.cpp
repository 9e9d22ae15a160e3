// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/measure.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "../support/sensor_tree.hpp"

namespace energy_measure_test {

using namespace halo;
using doctest::Approx;

namespace {

/// A counter that moves in steps, of a machine of two watts.
struct coarse {
  support::set_clock clock;
  double step;
  std::uint64_t looks = 0;
  energy::reading read() {
    double const joules = std::floor(2 * clock.seconds() / step) * step;
    return {.joules = joules, .seconds = clock.seconds(), .edge = step, .samples = ++looks};
  }
  [[nodiscard]] energy::resolution resolution() const { return {step, 1e-3}; }
  static char const* source() { return "coarse"; }
};

}  // namespace

TEST_CASE("measure: a work too short for the meter is repeated until it is not") {
  support::set_clock const clock;
  coarse meter{clock, 0.01};
  auto const m = energy::measure(meter, [&] { *clock.now += 30e-6; });
  CHECK(m.warning == nullptr);
  CHECK(m.seconds() == Approx(30e-6));
  CHECK(std::abs(m.joules() - 60e-6) <= m.uncertainty());
  CHECK(m.uncertainty() <= 0.11 * 60e-6);
  CHECK(m.repeats > 3000);
  energy::roofline_sample const s = m.sample_of({5, 0, 1, 1});
  CHECK(s.seconds == m.seconds());
  CHECK(s.joules == m.joules());
  CHECK(s.taken.multiply_adds == 5);
}

TEST_CASE("measure: it ends with a warning where the meter never tells") {
  support::set_clock const clock;
  coarse meter{clock, 1e9};
  auto const m = energy::measure(
      meter, [&] { *clock.now += 0.5; }, 20);
  CHECK(std::string(m.warning).find("smallest steps") != std::string::npos);
  CHECK(m.spent.seconds == Approx(20));
}

TEST_CASE("measure: it ends with a warning where the meter's clock stands still or is set back") {
  struct stuck {
    double pace;
    bool joules = true;
    double seconds = 1;
    std::uint64_t looks = 0;
    energy::reading read() {
      seconds += pace;
      ++looks;
      return {.joules = joules ? static_cast<double>(looks) : 0,
              .seconds = seconds,
              .samples = joules ? looks : 0};
    }
    static energy::resolution resolution() { return {}; }
    static char const* source() { return "stuck"; }
  };
  for (double const pace : {0.0, -0.5, std::nan("")}) {
    stuck meter{pace}, dead{pace, false};
    auto const m = energy::measure(
        meter, [] {}, 0.02);
    REQUIRE(m.warning != nullptr);
    if (pace == 0) CHECK(std::string(m.warning).find("clock") != std::string::npos);
    CHECK(energy::measure(
              dead, [] {}, 0.02)
              .warning != nullptr);
  }
}

TEST_CASE("constant_power: joules by the clock, and a roofline of a machine without a meter") {
  support::set_clock const clock;
  energy::constant_power<support::set_clock> meter(5, clock);
  static_assert(energy::meter<decltype(meter)>);
  energy::roofline const machine{.operations_per_second = 1e9, .bytes_per_second = 1e9};
  std::vector<energy::roofline_sample> samples;
  for (std::uint64_t i = 1; i < 8; ++i) {
    cost const c{10'000 * i, 0, 20'000 / i, 0};
    samples.push_back(
        energy::measure(meter, [&] { *clock.now += machine.seconds(c); }).sample_of(c));
  }
  energy::roofline const found = energy::fit(samples);
  CHECK(found.operations_per_second == Approx(1e9));
  CHECK(found.bytes_per_second == Approx(1e9));
  for (auto const& s : samples) CHECK(found.joules(s.taken) == Approx(5 * s.seconds));
}

}  // namespace energy_measure_test
