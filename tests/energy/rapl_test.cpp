// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/rapl.hpp>

#include <doctest/doctest.h>

#include "../support/data.hpp"
#include "../support/sensor_tree.hpp"

namespace energy_rapl_test {

using namespace halo;
using doctest::Approx;

namespace {

/// Two packages, with parts, a platform around them and their second names.
struct machine : support::sensor_tree {
  machine() {
    domain("intel-rapl:0", "package-0", "262143328850", "1000000");
    domain("intel-rapl:0:0", "core", "262143328850", "77");
    domain("intel-rapl:0:1", "dram", "65712999613", "500000");
    domain("intel-rapl:1", "package-1", "262143328850", "262143000000");
    domain("intel-rapl:2", "psys", "262143328850", "12");
    domain("intel-rapl-mmio:0", "package-0", "262143328850", "1000000");
  }
  void domain(std::string const& folder, char const* name, char const* range, char const* energy) {
    put(path(folder) + "/name", name);
    put(path(folder) + "/max_energy_range_uj", range);
    put(path(folder) + "/energy_uj", energy);
  }
  static std::string path(std::string const& folder) { return "/sys/class/powercap/" + folder; }
  void energy(std::string const& folder, std::uint64_t microjoules) const {
    put(path(folder) + "/energy_uj", std::to_string(microjoules));
  }
};

}  // namespace

TEST_CASE("rapl: packages and DRAM are added up, parts and platform are not counted twice") {
  machine const m;
  support::set_clock const clock;
  energy::rapl<support::set_clock> meter(m.root(), clock);
  static_assert(energy::meter<decltype(meter)>);
  CHECK(meter.source() == "RAPL: package-0 + package-1 + dram");
  CHECK(meter.read().joules == 0);
  *clock.now = 2;
  m.energy("intel-rapl:0", 3'000'000);
  m.energy("intel-rapl:0:0", 99'000'000);
  m.energy("intel-rapl:0:1", 1'000'000);
  energy::reading const r = meter.read();
  CHECK(r.joules == Approx(2.5));
  CHECK(r.seconds == 2);
  CHECK(r.samples == 1);
  CHECK(r.uncertainty() == Approx(2 * (3 * 61e-6 + 1.25e-3)));
}

TEST_CASE("rapl: a counter that wraps goes on, again and again") {
  machine const m;
  support::set_clock const clock;
  energy::rapl<support::set_clock> meter(m.root(), clock);
  m.energy("intel-rapl:1", 1'000'000);  // 328 850 to the end and a million behind it
  CHECK(meter.read().joules == Approx(1.32885));
  m.energy("intel-rapl:1", 262143000000);
  CHECK(meter.read().joules == Approx(1.32885 + 262142));
  m.energy("intel-rapl:1", 0);
  CHECK(meter.read().joules == Approx(1.32885 + 262142 + 0.32885));
}

TEST_CASE("rapl: none, gone") {
  support::sensor_tree const empty;
  CHECK(support::message_of<error>([&] { energy::rapl<> const none(empty.root()); }) ==
        "rapl: " + empty / "/sys/class/powercap" +
            ": expected intel-rapl:0 with its energy_uj, found none");
  machine const m;
  energy::rapl<> meter(m.root());
  std::filesystem::remove(m / "/sys/class/powercap/intel-rapl:0/energy_uj");
  CHECK_THROWS_AS(static_cast<void>(meter.read()), error);
}

}  // namespace energy_rapl_test
