// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/sensors.hpp>

#include <doctest/doctest.h>

#include <halo/energy/meter.hpp>

#include "../support/data.hpp"
#include "../support/sensor_tree.hpp"

namespace energy_sensors_test {

using namespace halo;
using doctest::Approx;
static_assert(energy::power_sensor<energy::power_rails>);

namespace {

/// The chips of a TX2 below one of its two folders.
void put_tx2(support::sensor_tree const& t, std::string const& first, std::string const& second) {
  char const* const names[] = {"VDD_SYS_GPU", "VDD_SYS_SOC", "VDD_4V0_WIFI",
                               "VDD_IN",      "VDD_SYS_CPU", "VDD_SYS_DDR"};
  for (int i = 0; i < 6; ++i) {
    std::string const n = std::to_string(i % 3), path = i < 3 ? first : second;
    t.put(path + "/rail_name_" + n, names[i]);
    t.put(path + "/in_voltage" + n + "_input", "19000");
    t.put(path + "/in_current" + n + "_input", std::to_string(100 * (i + 1)));
    t.put(path + "/in_power" + n + "_input", std::to_string(1900 * (i + 1)));
  }
}

}  // namespace

TEST_CASE("ina3221: a TX2's rails by both of its paths") {
  for (bool const by_driver : {false, true}) {
    CAPTURE(by_driver);
    support::sensor_tree const t;
    if (by_driver)
      put_tx2(t, "/sys/bus/i2c/drivers/ina3221x/0-0040/iio:device0",
              "/sys/bus/i2c/drivers/ina3221x/0-0041/iio:device1");
    else
      put_tx2(t, "/sys/devices/3160000.i2c/i2c-0/0-0040/iio_device",
              "/sys/devices/3160000.i2c/i2c-0/0-0041/iio_device");
    energy::power_rails const all = energy::ina3221(t.root());
    CHECK(all.source() == "INA3221: VDD_IN");
    CHECK(all.watts() == Approx(7.6));
    auto const two = energy::ina3221(t.root(), {"VDD_SYS_CPU", "VDD_SYS_GPU"});
    CHECK(two.source() == "INA3221: VDD_SYS_CPU + VDD_SYS_GPU");
    CHECK(two.watts() == Approx(9.5 + 1.9));
    std::string const message =
        support::message_of<error>([&] { static_cast<void>(energy::ina3221(t.root(), {"VDD"})); });
    CHECK(message.starts_with("ina3221: VDD: expected one of rails: VDD_SYS_GPU + VDD_SYS_SOC"));
  }
}

TEST_CASE("ina3221: an Orin's rails, volts times amperes") {
  support::sensor_tree const t;
  std::string const path = "/sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3";
  char const* const names[] = {"VDD_IN", "VDD_CPU_GPU_CV", "VDD_SOC"};
  for (int i = 1; i <= 3; ++i) {
    std::string const n = std::to_string(i);
    t.put(path + "/in" + n + "_label", names[i - 1]);
    t.put(path + "/in" + n + "_input", "5000");
    t.put(path + "/curr" + n + "_input", std::to_string(800 / i));
  }
  t.put(path + "/in7_label", "sum of shunt voltages");
  CHECK(energy::ina3221(t.root()).watts() == Approx(4));
  CHECK(energy::ina3221(t.root(), {"VDD_SOC"}).watts() == Approx(1.33));
  t.put(path + "/curr1_input", "1600");  // read anew each time
  CHECK(energy::ina3221(t.root()).watts() == Approx(8));
}

TEST_CASE("ina3221: rails without a known total are added up; no chip") {
  support::sensor_tree const t;
  std::string const path = "/sys/bus/i2c/drivers/ina3221/7-0040/hwmon/hwmon0";
  for (char const* const n : {"1", "2"}) {
    t.put(path + "/in" + n + "_input", "5000");
    t.put(path + "/curr" + n + "_input", "100");
  }
  CHECK(energy::ina3221(t.root()).watts() == Approx(1));
  CHECK(energy::ina3221(t.root()).source() == "INA3221: rail 1 + rail 2");
  support::sensor_tree const empty;
  CHECK_THROWS_AS(static_cast<void>(energy::ina3221(empty.root())), error);
}

TEST_CASE("hwmon: power in microwatts, else volts and amperes, of a chip by its name") {
  support::sensor_tree const t;
  t.put("/sys/class/hwmon/hwmon0/name", "coretemp");
  t.put("/sys/class/hwmon/hwmon0/temp1_input", "45000");
  t.put("/sys/class/hwmon/hwmon1/name", "ina226");
  t.put("/sys/class/hwmon/hwmon1/power1_input", "2500000");
  t.put("/sys/class/hwmon/hwmon2/name", "ina219");
  t.put("/sys/class/hwmon/hwmon2/in1_input", "5100");
  t.put("/sys/class/hwmon/hwmon2/curr1_input", "700");
  CHECK(energy::hwmon(t.root()).watts() == Approx(2.5));
  CHECK(energy::hwmon(t.root()).source() == "hwmon: ina226");
  CHECK(energy::hwmon(t.root(), "ina219").watts() == Approx(3.57));
  CHECK(support::message_of<error>([&] { static_cast<void>(energy::hwmon(t.root(), "ina260")); }) ==
        "hwmon: " + t / "/sys/class/hwmon" + ": expected ina260, found none");
}

TEST_CASE("power_supply: batteries that discharge, by power or by volts and amperes") {
  support::sensor_tree const t;
  std::string const first = "/sys/class/power_supply/BAT0", second = "/sys/class/power_supply/BAT1";
  t.put("/sys/class/power_supply/AC/type", "Mains");
  t.put(first + "/type", "Battery");
  t.put(first + "/status", "Discharging");
  t.put(first + "/power_now", "6500000");
  t.put(second + "/type", "Battery");
  t.put(second + "/status", "Discharging");
  t.put(second + "/voltage_now", "11400000");
  t.put(second + "/current_now", "500000");
  CHECK(energy::power_supply(t.root()).watts() == Approx(6.5 + 5.7));
  t.put(second + "/status", "Charging");
  CHECK(energy::power_supply(t.root()).watts() == Approx(6.5));
  t.put(first + "/status", "Full");
  CHECK(support::message_of<error>([&] { static_cast<void>(energy::power_supply(t.root())); }) ==
        "power_supply: " + t / "/sys/class/power_supply" +
            ": expected a battery that discharges, found Charging");
}

}  // namespace energy_sensors_test
