// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/csv_log.hpp>

#include <doctest/doctest.h>

#include "../support/data.hpp"
#include "../support/sensor_tree.hpp"

namespace energy_csv_log_test {

using namespace halo;
using doctest::Approx;
static_assert(energy::meter<energy::csv_log>);

TEST_CASE("csv_log: lines at irregular times, also those that come later") {
  support::sensor_tree const t;
  std::string const path = t / "/meter.csv";
  std::ofstream file(path);
  file << "seconds,volts,amperes\r\n10.0,5.0,0.4\r\n10.5, 5.0, 0.6\r\n12.0,5.0,0.6" << std::flush;
  energy::csv_log meter(path);
  CHECK(meter.read().joules == Approx(1.25));  // the last line may not be whole yet
  file << "\n\n13,5,0.2\n" << std::flush;
  energy::reading const r = meter.read();
  CHECK(r.joules == Approx(1.25 + 4.5 + 2));
  CHECK(r.seconds == Approx(3));
  CHECK(r.samples == 4);
  CHECK(meter.resolution().seconds == Approx(1));
  CHECK(meter.source() == "log " + path);
}

TEST_CASE("csv_log: what is wrong is told with its line") {
  support::sensor_tree const t;
  std::string const path = t / "/meter.csv";
  auto const message = [&](char const* text) {
    t.put("/meter.csv", text);
    return support::message_of<error>([&] { energy::csv_log const meter(path); });
  };
  CHECK(message("t,V,A\n1,5,x") ==
        "csv_log: " + path + ": line 2: expected seconds,volts,amperes, found 1,5,x");
  CHECK(message("1,5,1\n\n1,5,1") ==
        "csv_log: " + path + ": line 3: expected a later time, found 1,5,1");
  CHECK(message("1,5") ==
        "csv_log: " + path + ": line 1: expected seconds,volts,amperes, found 1,5");
  CHECK(message("1,5,1,7").find("seconds,volts,amperes") != std::string::npos);
  CHECK(message("1,inf,1").find("seconds,volts,amperes") != std::string::npos);
  CHECK(message("1 , 5 , 1 \n2,5,1") == "no error");
  CHECK(message("1,5,1\n2,1e200,1e200") ==
        "csv_log: " + path + ": line 2: expected finite watts, found 2,1e200,1e200");
  CHECK(message(("1,5,1\n" + std::string(10'000, '0')).c_str()) ==
        "csv_log: " + path + ": line 2: expected seconds,volts,amperes, found no end of the line");
  CHECK(support::message_of<error>([] { energy::csv_log const endless("/dev/zero"); }) ==
        "csv_log: /dev/zero: line 1: expected seconds,volts,amperes, found no end of the line");
  for (char const* const not_in_its_unit :
       {"10:00:00,5,1\n", "2026-11-30T10:00:00,5,1\n", "1,5,482mA\n", "1,5.1V,0.4\n"})
    CHECK(message(not_in_its_unit).find("line 1: expected seconds,volts,amperes, found ") !=
          std::string::npos);
  CHECK(support::message_of<error>([&] { energy::csv_log const none(t / "/none"); }) ==
        "csv_log: " + t / "/none" +
            ": expected a readable file or serial line, found No such file or directory");
}

}  // namespace energy_csv_log_test
