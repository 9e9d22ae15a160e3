// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/roofline.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace energy_roofline_test {

using namespace halo;
using energy::roofline;

namespace {

roofline const machine{.operations_per_second = 3e9,
                       .bytes_per_second = 7e9,
                       .joules_per_operation = 2e-10,
                       .joules_per_byte = 3e-10,
                       .idle_watts = 1.5};

std::vector<energy::roofline_sample> measured(bool metered, double wrong = 0) {
  std::vector<energy::roofline_sample> all;
  for (std::uint64_t i = 1; i <= 12; ++i) {
    cost const c{1000 * i * i, 10 * i, 40'000 / i, 3000};
    double const off = 1 + (i % 2 == 0 ? wrong : -wrong);
    all.push_back({c, off * machine.seconds(c), metered ? off * machine.joules(c) : 0});
  }
  return all;
}

}  // namespace

TEST_CASE("roofline: the slower of arithmetic and memory, and idle watts meanwhile") {
  cost const c{1000, 0, 10, 10};
  CHECK(machine.seconds(c) == doctest::Approx(1000 / 3e9));
  CHECK(machine.joules(c) == doctest::Approx(2e-7 + 80 * 3e-10 + 1.5 * 1000 / 3e9));
  CHECK(machine.seconds({0, 0, 1000, 0}) == doctest::Approx(4000 / 7e9));
  CHECK(machine.joules(energy::pass{.taken = c}) == machine.joules(c));
}

TEST_CASE("roofline: fit finds the machine that was measured") {
  roofline const found = energy::fit(measured(true));
  CHECK(found.operations_per_second == doctest::Approx(3e9).epsilon(1e-9));
  CHECK(found.bytes_per_second == doctest::Approx(7e9).epsilon(1e-9));
  CHECK(found.joules_per_operation == doctest::Approx(2e-10).epsilon(1e-6));
  CHECK(found.joules_per_byte == doctest::Approx(3e-10).epsilon(1e-6));
  CHECK(found.idle_watts == doctest::Approx(1.5).epsilon(1e-6));
}

TEST_CASE("roofline: fit by time alone gives every second the same watts") {
  roofline const found = energy::fit(measured(false), 4.5);
  for (auto const& s : measured(false))
    CHECK(found.joules(s.taken) == doctest::Approx(4.5 * s.seconds));
}

TEST_CASE("roofline: fit of noisy measurements is near, and no number negative") {
  roofline const found = energy::fit(measured(true, 0.05));
  for (auto const& s : measured(true)) {
    CHECK(found.seconds(s.taken) == doctest::Approx(s.seconds).epsilon(0.06));
    CHECK(found.joules(s.taken) == doctest::Approx(s.joules).epsilon(0.12));
  }
  CHECK(found.joules_per_operation >= 0);
  CHECK(found.joules_per_byte >= 0);
  CHECK(found.idle_watts >= 0);
}

}  // namespace energy_roofline_test
