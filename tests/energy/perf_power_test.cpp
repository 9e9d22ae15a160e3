// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/perf_power.hpp>

#include <doctest/doctest.h>

#include "../support/data.hpp"
#include "../support/sensor_tree.hpp"

namespace energy_perf_power_test {

using namespace halo;
using doctest::Approx;

namespace {

struct machine : support::sensor_tree {
  std::string const folder = "/sys/bus/event_source/devices/power";
  machine() {
    put(folder + "/type", "11");
    put(folder + "/cpumask", "0,18");
    put(folder + "/events/energy-pkg", "event=0x02");
    put(folder + "/events/energy-pkg.scale", "2.3283064365386962890625e-10");
    put(folder + "/events/energy-pkg.unit", "Joules");
  }
  /// The count of a processor, as the kernel's file reads.
  void count(int cpu, std::uint64_t n) const {
    std::ofstream file(*this / ("/count" + std::to_string(cpu)), std::ios::binary);
    file.write(reinterpret_cast<char const*>(&n), sizeof n);
  }
};

/// Opens the counts of a machine.
struct opens {
  machine const* m;
  std::vector<energy::perf_event>* asked;
  int operator()(energy::perf_event const& e) const {
    asked->push_back(e);
    return ::open((*m / ("/count" + std::to_string(e.cpu))).c_str(), O_RDONLY);
  }
};

/// Is not allowed to.
struct forbids {
  int operator()(energy::perf_event const&) const {
    errno = EACCES;
    return -1;
  }
};

}  // namespace

TEST_CASE("perf_power: a counter a package, in the kernel's unit, since it was opened") {
  machine const m;
  m.count(0, 1000), m.count(18, 0);
  std::vector<energy::perf_event> asked;
  support::set_clock const clock;
  energy::perf_power<opens, support::set_clock> meter(m.root(), opens{&m, &asked}, clock);
  static_assert(energy::meter<decltype(meter)>);
  REQUIRE(asked.size() == 2);
  CHECK(asked[1].type == 11);
  CHECK(asked[1].config == 2);
  CHECK(asked[1].cpu == 18);
  CHECK(meter.source() == "perf: energy-pkg");
  *clock.now = 1;
  m.count(0, 1000 + (std::uint64_t{1} << 32)), m.count(18, std::uint64_t{1} << 33);
  energy::reading const r = meter.read();
  CHECK(r.joules == Approx(3));
  CHECK(r.seconds == 1);
}

TEST_CASE("perf_power: not there, not allowed") {
  support::sensor_tree const empty;
  CHECK(support::message_of<error>([&] { energy::perf_power<> const none(empty.root()); }) ==
        "perf_power: " + empty / "/sys/bus/event_source/devices/power" +
            ": expected the power PMU, found none");
  machine const m;
  CHECK(support::message_of<error>([&] { energy::perf_power<forbids> const none(m.root()); }) ==
        "perf_power: " + m / (m.folder + "/events/energy-pkg") +
            ": expected permission to count; as root: sysctl kernel.perf_event_paranoid=0, found "
            "Permission denied");
  m.put(m.folder + "/cpumask", "-7,0-2147483647");  // no list without an end
  CHECK(support::message_of<error>([&] {
          energy::perf_power<forbids> const none(m.root());
        }).find("Permission denied") != std::string::npos);
}

}  // namespace energy_perf_power_test
