// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <halo/core/error.hpp>
#include <halo/energy/sysfs.hpp>
#include <halo/io/descriptor.hpp>

#if defined(HALO_POSIX)  // elsewhere there is nothing in it

namespace halo::energy {

/// Runs `vcgencmd pmic_read_adc` and hands back what it says.
struct ask_pmic {
  /// What the command printed, its errors included; empty where no shell could be started.
  [[nodiscard]] std::string operator()() const {
    std::string text;
    std::FILE* const pipe = ::popen("vcgencmd pmic_read_adc 2>&1", "r");
    if (pipe == nullptr) return text;
    char part[512];
    while (std::size_t const n = std::fread(part, 1, sizeof part, pipe)) text.append(part, n);
    ::pclose(pipe);
    return text;
  }
};

/// The power chip of a Raspberry Pi 5: ΣV·I of its rails, times 1.1451 and 0.5879 W more for what
/// it does not see. (Users' calibration against meters in the supply; a few percent.)
///
/// Older boards have no sensor of current: use csv_log and a meter in the supply.
/// @tparam Ask  a function that gives the text of pmic_read_adc
template <class Ask = ask_pmic>
class raspberry_pi5 {
 public:
  /// @throws halo::error where there is no such chip
  explicit raspberry_pi5(Ask ask = {}) : ask_(std::move(ask)) { static_cast<void>(watts()); }

  /// @throws halo::error for a text without a rail whose volts and amperes are told
  [[nodiscard]] double watts() {
    std::string const text = ask_();
    std::map<std::string, double, std::less<>> amperes;
    double sum = 0;
    bool found = false;
    each_value(text, [&](std::string_view name, char unit, double value) {
      if (unit == 'A') amperes[std::string(name)] = value;
    });
    each_value(text, [&](std::string_view name, char unit, double value) {
      auto const at = amperes.find(name);
      if (unit != 'V' || at == amperes.end()) return;
      found = true;
      sum += value * at->second;
    });
    if (!found) {
      fail("raspberry_pi5", "vcgencmd pmic_read_adc", "rails with volts and amperes",
           text.substr(0, text.find('\n')));
    }
    return 1.1451 * sum + 0.5879;
  }
  /// The smallest step of the power, in watts.
  [[nodiscard]] static double step() noexcept { return 1e-3; }
  /// The sensor's name, for reports.
  [[nodiscard]] static char const* source() noexcept { return "Raspberry Pi 5 PMIC"; }

 private:
  /// Of "  VDD_CORE_V volt(15)=0.82A3V": calls f("VDD_CORE", 'V', 0.82...).
  template <class F>
  static void each_value(std::string_view text, F&& f) {
    while (!text.empty()) {
      std::size_t const end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      std::size_t const from = line.find_first_not_of(" \t"), equals = line.find('=');
      if (from == std::string_view::npos || equals == std::string_view::npos) continue;
      std::string_view const name = line.substr(from, line.find(' ', from) - from);
      auto const value = sysfs::number_in<>(line.substr(equals + 1));
      if (!value || name.size() < 3 || name[name.size() - 2] != '_') continue;
      f(name.substr(0, name.size() - 2), name.back(), *value);
    }
  }

  Ask ask_;
};

}  // namespace halo::energy

#endif
