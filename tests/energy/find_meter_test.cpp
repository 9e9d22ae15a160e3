// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/find_meter.hpp>

#include <doctest/doctest.h>

#include "../support/data.hpp"
#include "../support/sensor_tree.hpp"

namespace energy_find_meter_test {

using namespace halo;
static_assert(energy::meter<energy::any_meter>);

TEST_CASE("find_meter: the first that there is, the best first") {
  support::sensor_tree const t;
  t.put("/sys/class/hwmon/hwmon1/name", "ina226");
  t.put("/sys/class/hwmon/hwmon1/power1_input", "2500000");
  CHECK(energy::find_meter(t.root()).source() == "hwmon: ina226");
  std::string const rapl = "/sys/class/powercap/intel-rapl:0";
  t.put(rapl + "/name", "package-0");
  t.put(rapl + "/max_energy_range_uj", "262143328850");
  t.put(rapl + "/energy_uj", "5000000");
  energy::any_meter meter = energy::find_meter(t.root());
  CHECK(meter.source() == "RAPL: package-0");
  t.put(rapl + "/energy_uj", "7000000");
  CHECK(meter.read().joules == doctest::Approx(2));
  CHECK(meter.resolution().seconds == 1e-3);
}

TEST_CASE("find_meter: where there is none, the reasons") {
  support::sensor_tree const empty;
  std::string const message =
      support::message_of<error>([&] { static_cast<void>(energy::find_meter(empty.root())); });
  CHECK(message.starts_with("find_meter: expected a meter of energy, found rapl: "));
  for (char const* who : {"perf_power: ", "ina3221: ", "hwmon: ", "power_supply: "})
    CHECK(message.find(who) != std::string::npos);
}

}  // namespace energy_find_meter_test
