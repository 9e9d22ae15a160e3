// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/raspberry_pi5.hpp>

#include <doctest/doctest.h>

#include <halo/energy/meter.hpp>

#include "../support/data.hpp"

namespace energy_raspberry_pi5_test {

using namespace halo;

namespace {

struct says {
  std::string text;
  std::string operator()() const { return text; }
};

}  // namespace

TEST_CASE("raspberry_pi5: volts times amperes of the rails that tell both, calibrated") {
  static_assert(energy::power_sensor<energy::raspberry_pi5<says>>);
  energy::raspberry_pi5<says> pi(
      says{" 3V7_WL_SW_A current(0)=0.09759750A\n"
           "   3V3_SYS_A current(1)=0.05000000A\n"
           "  VDD_CORE_A current(7)=0.90000000A\n"
           " 3V7_WL_SW_V volt(8)=3.70000000V\n"
           "   3V3_SYS_V volt(9)=3.30000000V\n"
           "  VDD_CORE_V volt(15)=0.80000000V\n"
           "     EXT5V_V volt(24)=5.10000000V\n"
           "      BATT_V volt(25)=0.00000000V\n"});
  CHECK(pi.watts() ==
        doctest::Approx(1.1451 * (0.0975975 * 3.7 + 0.05 * 3.3 + 0.9 * 0.8) + 0.5879));
}

TEST_CASE("raspberry_pi5: another machine") {
  CHECK(support::message_of<error>(
            [] { energy::raspberry_pi5<says> const none(says{"sh: 1: vcgencmd: not found\n"}); }) ==
        "raspberry_pi5: vcgencmd pmic_read_adc: expected rails with volts and amperes, found "
        "sh: 1: vcgencmd: not found");
}

}  // namespace energy_raspberry_pi5_test
