// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/energy/sysfs.hpp>
#include <halo/io/descriptor.hpp>

#if defined(HALO_POSIX)  // elsewhere there is nothing in it

namespace halo::energy {

/// A place where power is measured: a file of its own, or two whose product it is.
struct power_rail {
  std::string label;             ///< of its sensor
  std::string power;             ///< path; or "" and
  std::string voltage, current;  ///< paths
  double unit = 1;               ///< watts of the file's step, or of the product of both steps

  /// @throws halo::error where a file is gone
  [[nodiscard]] double watts() const {
    return unit * (power.empty() ? sysfs::number_again<>(voltage) * sysfs::number_again<>(current)
                                 : sysfs::number_again<>(power));
  }
};

/// Rails whose power is added up: what the sensors of this room find.
class power_rails {
 public:
  /// @param who  of messages, and the beginning of source()
  power_rails(std::string who, std::vector<power_rail> rails)
      : who_(std::move(who)), rails_(std::move(rails)) {}

  /// The power of all rails together, in watts.
  /// @throws halo::error where a file is gone
  [[nodiscard]] double watts() const {
    double sum = 0;
    for (power_rail const& r : rails_) sum += r.watts();
    return sum;
  }
  /// Of what the files are told in; of a product a milliampere at 5 V.
  [[nodiscard]] double step() const noexcept {
    double sum = 0;
    for (power_rail const& r : rails_) sum += r.power.empty() ? 5e-3 : r.unit;
    return sum;
  }
  /// "INA3221: VDD_IN".
  [[nodiscard]] std::string source() const {
    std::string text = who_ + ": ";
    for (power_rail const& r : rails_) text += (&r == rails_.data() ? "" : " + ") + r.label;
    return text;
  }
  /// The rails that are added up, in the order in which they were found.
  [[nodiscard]] std::vector<power_rail> const& rails() const noexcept { return rails_; }

 private:
  std::string who_;
  std::vector<power_rail> rails_;
};

namespace detail {

/// Appends the rails of an INA3221 as its newer driver shows them: inN_label, inN_input in
/// millivolts, currN_input in milliamperes.
inline void add_ina3221_hwmon(std::string const& folder, std::vector<power_rail>& rails) {
  for (char const n : {'1', '2', '3'}) {
    std::string const in = folder + "/in" + n, current = folder + "/curr" + n + "_input";
    if (!sysfs::text(in + "_input") || !sysfs::text(current)) continue;
    rails.push_back({sysfs::text(in + "_label").value_or(std::string("rail ") + n), "",
                     in + "_input", current, 1e-6});
  }
}

/// And as its older one does: rail_name_N, in_powerN_input in milliwatts.
inline void add_ina3221_iio(std::string const& folder, std::vector<power_rail>& rails) {
  for (char const n : {'0', '1', '2'}) {
    std::string const power = folder + "/in_power" + n + "_input";
    if (!sysfs::text(power)) continue;
    rails.push_back({sysfs::text(folder + "/rail_name_" + n).value_or(std::string("rail ") + n),
                     power, "", "", 1e-3});
  }
}

/// The rail that feeds the others, where one of its usual names is there; else all.
inline void keep_total(std::vector<power_rail>& rails) {
  for (std::string_view const total : {"VDD_IN", "POM_5V_IN", "VIN_SYS_5V0", "VIN", "VDD_5V_IN"}) {
    auto const at = std::find_if(rails.begin(), rails.end(),
                                 [&](power_rail const& r) { return r.label == total; });
    if (at == rails.end()) continue;
    rails = {*at};
    return;
  }
}

}  // namespace detail

/// The INA3221 monitors of NVIDIA's Jetson boards: of the TX2 by its old driver
/// (/sys/devices/3160000.i2c/i2c-0/0-004*/iio_device, or /sys/bus/i2c/drivers/ina3221x), of Xavier,
/// Orin and others by the new one (/sys/bus/i2c/drivers/ina3221/*/hwmon/hwmon*).
///
/// The rail that feeds the board, VDD_IN or as it is called; `rails` names others. The carrier
/// board is not measured.
/// @throws halo::error where there are none
[[nodiscard]] inline power_rails ina3221(std::string const& root = "",
                                         std::vector<std::string> const& rails = {}) {
  std::vector<power_rail> found;
  std::string const tegra = root + "/sys/devices/3160000.i2c/i2c-0";
  for (std::string const& chip : sysfs::names(tegra, "0-004"))
    detail::add_ina3221_iio(tegra + '/' + chip + "/iio_device", found);
  std::string const older = root + "/sys/bus/i2c/drivers/ina3221x";
  if (found.empty())
    for (std::string const& chip : sysfs::names(older))
      for (std::string const& device : sysfs::names(older + '/' + chip, "iio"))
        detail::add_ina3221_iio(older + '/' + chip + '/' + device, found);
  std::string const newer = root + "/sys/bus/i2c/drivers/ina3221";
  for (std::string const& chip : sysfs::names(newer))
    for (std::string const& device : sysfs::names(newer + '/' + chip + "/hwmon", "hwmon"))
      detail::add_ina3221_hwmon(newer + '/' + chip + "/hwmon/" + device, found);
  if (found.empty()) fail("ina3221", root + "/sys", "an INA3221 of a Jetson board", "none");
  if (rails.empty()) {
    detail::keep_total(found);
  } else {
    std::vector<power_rail> chosen;
    for (std::string const& name : rails) {
      auto const at = std::find_if(found.begin(), found.end(),
                                   [&](power_rail const& r) { return r.label == name; });
      if (at == found.end())
        fail("ina3221", name, "one of " + power_rails("rails", found).source(), "none so called");
      chosen.push_back(*at);
    }
    found = std::move(chosen);
  }
  return {"INA3221", std::move(found)};
}

/// Any power sensor that Linux knows (/sys/class/hwmon): powerN_input in microwatts, else inN_input
/// times currN_input; of an INA219, 226 or 260 behind a driver, say. All channels of the first chip
/// that has some.
/// @param chip  its name, as in the file `name`; "": any
/// @throws halo::error where there is none
[[nodiscard]] inline power_rails hwmon(std::string const& root = "", std::string const& chip = "") {
  std::string const folder = root + "/sys/class/hwmon";
  for (std::string const& device : sysfs::names(folder, "hwmon")) {
    std::string const path = folder + '/' + device;
    std::string const name = sysfs::text(path + "/name").value_or(device);
    if (!chip.empty() && name != chip) continue;
    std::vector<power_rail> found;
    for (std::string const& file : sysfs::names(path, "power"))
      if (file.ends_with("_input")) found.push_back({name, path + '/' + file, "", "", 1e-6});
    if (found.empty())
      for (std::string const& file : sysfs::names(path, "curr")) {
        if (!file.ends_with("_input")) continue;
        std::string const voltage = path + "/in" + file.substr(4);
        if (sysfs::text(voltage)) found.push_back({name, "", voltage, path + '/' + file, 1e-6});
      }
    if (!found.empty()) return {"hwmon", std::move(found)};
  }
  fail("hwmon", folder, chip.empty() ? "a chip with power or voltage and current" : chip, "none");
}

/// The batteries that feed the machine (/sys/class/power_supply): power_now, else voltage_now times
/// current_now, in micro-units.
/// @throws halo::error where there is none, or none that discharges: behind a charger its current
///         says nothing of what the machine takes
[[nodiscard]] inline power_rails power_supply(std::string const& root = "") {
  std::string const folder = root + "/sys/class/power_supply";
  std::vector<power_rail> found;
  std::string status = "none";
  for (std::string const& name : sysfs::names(folder)) {
    std::string const path = folder + '/' + name;
    if (sysfs::text(path + "/type").value_or("") != "Battery") continue;
    status = sysfs::text(path + "/status").value_or("Unknown");
    if (status != "Discharging") continue;
    if (sysfs::text(path + "/power_now"))
      found.push_back({name, path + "/power_now", "", "", 1e-6});
    else if (sysfs::text(path + "/voltage_now") && sysfs::text(path + "/current_now"))
      found.push_back({name, "", path + "/voltage_now", path + "/current_now", 1e-12});
  }
  if (found.empty()) fail("power_supply", folder, "a battery that discharges", status);
  return {"battery", std::move(found)};
}

}  // namespace halo::energy

#endif
