// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/stopwatch.hpp>
#include <halo/energy/meter.hpp>
#include <halo/energy/sysfs.hpp>
#include <halo/io/descriptor.hpp>

#if defined(HALO_POSIX)  // elsewhere there is nothing in it

namespace halo::energy {

/// The energy counters of Intel's and AMD's processors as Linux shows them: all packages, and DRAM
/// where it is counted beside them (/sys/class/powercap/intel-rapl:*).
///
/// Counters wrap around, some after a minute at full load: read more often than that. They move
/// about a thousand times a second, by 61 µJ or so, and count all that runs on the processor. Since
/// 2020 only root may read them, unless somebody allows it.
template <class Clock = stopwatch>
class rapl {
 public:
  /// @param root  in place of "" in front of /sys
  /// @throws halo::error where there are none, or they may not be read
  explicit rapl(std::string const& root = "", Clock clock = {}) : clock_(clock) {
    std::string const folder = root + "/sys/class/powercap";
    for (std::string const& name : sysfs::names(folder, "intel-rapl:")) {
      std::string const path = folder + '/' + name;
      std::string const label = sysfs::text(path + "/name").value_or("");
      bool const package = label.starts_with("package");
      if (!package && label != "dram") continue;  // parts of a package, or a platform around it
      counter c{path + "/energy_uj", label, 0, 0, 0};
      c.last = sysfs::number_again<std::uint64_t>(c.path);
      c.range = sysfs::number_again<std::uint64_t>(path + "/max_energy_range_uj");
      counters_.push_back(std::move(c));
    }
    if (counters_.empty()) fail("rapl", folder, "intel-rapl:0 with its energy_uj", "none");
  }

  [[nodiscard]] reading read() {
    double joules = 0;
    bool moved = false;
    for (counter& c : counters_) {
      std::uint64_t const now = sysfs::number_again<std::uint64_t>(c.path);
      c.microjoules += now >= c.last ? now - c.last : c.range - std::min(c.last, c.range) + now;
      moved = moved || now != c.last;
      c.last = now;
      joules += static_cast<double>(c.microjoules) * 1e-6;
    }
    if (moved) ++samples_;
    double const seconds = clock_.seconds(), watts = seconds > 0 ? joules / seconds : 0;
    double const edge = resolution().joules + watts * resolution().seconds;
    return {joules, seconds, 0, edge, samples_};
  }
  [[nodiscard]] energy::resolution resolution() const noexcept {
    return {61e-6 * static_cast<double>(counters_.size()), 1e-3};
  }
  /// "RAPL: package-0 + dram".
  [[nodiscard]] std::string source() const {
    std::string text = "RAPL: ";
    for (counter const& c : counters_) text += (&c == counters_.data() ? "" : " + ") + c.label;
    return text;
  }

 private:
  struct counter {
    std::string path, label;
    std::uint64_t last, range, microjoules;
  };
  Clock clock_;
  std::vector<counter> counters_;
  std::uint64_t samples_ = 0;
};

}  // namespace halo::energy

#endif

#include <halo/macros_back.hpp>
