// SPDX-License-Identifier: BSD-3-Clause
#include <halo/energy/sysfs.hpp>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../support/data.hpp"
#include "../support/sensor_tree.hpp"

namespace energy_sysfs_test {

using namespace halo;
namespace sysfs = energy::sysfs;

TEST_CASE("sysfs: numbers and texts of files, none where there is no file") {
  support::sensor_tree const t;
  t.put("/a/energy_uj", "123456789012");
  t.put("/a/name", "package-0");
  CHECK(sysfs::number<std::uint64_t>(t / "/a/energy_uj") == 123456789012U);
  CHECK(sysfs::number<>(t / "/a/energy_uj") == 123456789012.0);
  CHECK(sysfs::text(t / "/a/name") == "package-0");
  CHECK_FALSE(sysfs::text(t / "/a/nobody"));
  CHECK_FALSE(sysfs::number<>(t / "/a/name/below"));
  CHECK(support::message_of<error>([&] { static_cast<void>(sysfs::number<>(t / "/a/name")); }) ==
        "meter: " + t / "/a/name" + ": expected a number, found package-0");
  CHECK(support::message_of<error>([&] {
          static_cast<void>(sysfs::number_again<>(t / "/gone"));
        }) == "meter: " + t / "/gone" + ": expected the sensor that was there, found none");
}

TEST_CASE("sysfs: names in their numbers' order") {
  support::sensor_tree const t;
  for (char const* n : {"hwmon10", "hwmon2", "other"}) t.put(std::string("/") + n, "");
  CHECK(sysfs::names(t.root(), "hwmon") == std::vector<std::string>{"hwmon2", "hwmon10"});
  CHECK(sysfs::names(t / "/nowhere").empty());
}

TEST_CASE("sysfs: a file that may not be read says what to do") {
  if (::geteuid() == 0) {
    MESSAGE("root may read everything: looked at as another user");
    if (::seteuid(65534) != 0) FAIL("cannot become nobody");
  }
  support::sensor_tree const t;  // of this user
  t.put("/energy_uj", "1");
  ::chmod((t / "/energy_uj").c_str(), 0);
  std::string const message =
      support::message_of<error>([&] { static_cast<void>(sysfs::text(t / "/energy_uj")); });
  if (::getuid() == 0) CHECK(::seteuid(0) == 0);
  CHECK(message == "meter: " + t / "/energy_uj" +
                       ": expected permission to read it; as root: chmod a+r " + t / "/energy_uj" +
                       ", found Permission denied");
}

}  // namespace energy_sysfs_test
