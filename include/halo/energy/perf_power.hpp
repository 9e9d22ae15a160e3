// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/stopwatch.hpp>
#include <halo/energy/meter.hpp>
#include <halo/energy/sysfs.hpp>

#if defined(__linux__)  // elsewhere there is nothing in it

#  include <linux/perf_event.h>
#  include <sys/syscall.h>
#  include <unistd.h>

namespace halo::energy {

/// One of the kernel's counters of energy.
struct perf_event {
  std::uint32_t type = 0;    ///< of the power PMU
  std::uint64_t config = 0;  ///< which counter
  int cpu = 0;               ///< a processor of the package
};

/// Asks the kernel for a counter; a file that reads as 8 bytes, or -1 and errno.
struct open_perf_event {
  int operator()(perf_event const& e) const noexcept {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = e.type;
    attributes.config = e.config;
    return static_cast<int>(
        ::syscall(SYS_perf_event_open, &attributes, -1, e.cpu, -1, PERF_FLAG_FD_CLOEXEC));
  }
};

/// The processor's counters of energy through perf events, which do not wrap
/// (/sys/bus/event_source/devices/power): energy-pkg of every package, and energy-ram.
///
/// Needs kernel.perf_event_paranoid at 0 or less, or CAP_PERFMON.
template <class Open = open_perf_event, class Clock = stopwatch>
class perf_power {
 public:
  /// @param root  in place of "" in front of /sys
  /// @throws halo::error where there are none, or they may not be opened
  explicit perf_power(std::string const& root = "", Open open = {}, Clock clock = {})
      : clock_(clock) {
    std::string const folder = root + "/sys/bus/event_source/devices/power";
    auto const type = sysfs::number<std::uint32_t>(folder + "/type");
    if (!type) fail("perf_power", folder, "the power PMU", "none");
    std::string const cpus = sysfs::text(folder + "/cpumask").value_or("0");
    for (char const* name : {"energy-pkg", "energy-ram"}) {
      std::string const event = folder + "/events/" + name;
      auto const text = sysfs::text(event);
      if (!text) continue;
      std::size_t const at = text->find("event=0x");
      auto const config = at == std::string::npos
                              ? std::nullopt
                              : sysfs::number_in<std::uint64_t>(text->substr(at + 8), 16);
      if (!config) fail("perf_power", event, "event=0x...", *text);
      double const scale = sysfs::number_again<>(event + ".scale");
      for (int const cpu : numbers(cpus)) {
        io::detail::descriptor file(open(perf_event{*type, *config, cpu}));
        if (!file.is_open()) refuse(event, errno);
        counters_.push_back({std::move(file), scale, 0, 0});
        counters_.back().first = raw(counters_.back());
      }
      source_ += source_.empty() ? "perf: " : " + ";
      source_ += name;
    }
    if (counters_.empty()) fail("perf_power", folder + "/events", "energy-pkg", "none");
  }

  [[nodiscard]] reading read() {
    double joules = 0;
    bool moved = false;
    for (counter& c : counters_) {
      std::uint64_t const now = raw(c) - c.first;
      moved = moved || now != c.last;
      c.last = now;
      joules += static_cast<double>(now) * c.scale;
    }
    if (moved) ++samples_;
    double const seconds = clock_.seconds(), watts = seconds > 0 ? joules / seconds : 0;
    return {joules, seconds, 0, resolution().joules + watts * resolution().seconds, samples_};
  }
  [[nodiscard]] energy::resolution resolution() const noexcept {
    return {61e-6 * static_cast<double>(counters_.size()), 1e-3};
  }
  [[nodiscard]] std::string const& source() const noexcept { return source_; }

 private:
  struct counter {
    io::detail::descriptor file;
    double scale;
    std::uint64_t first, last;
  };
  [[nodiscard]] std::uint64_t raw(counter const& c) const {
    std::uint64_t n = 0;
    ssize_t const got = ::pread(c.file.number(), &n, sizeof n, 0);
    if (got != sizeof n) fail("perf_power", source_, "a count of 8 bytes", "another");
    return n;
  }
  /// "0,18" or "0-3": the processors that count, one a package.
  [[nodiscard]] static std::vector<int> numbers(std::string_view text) {
    std::vector<int> found;
    while (!text.empty()) {
      std::size_t const end = text.find(',');
      std::string_view const part = text.substr(0, end);
      int const first = sysfs::number_in<int>(part).value_or(0);
      std::size_t const dash = part.find('-');
      int const last = dash == std::string_view::npos
                           ? first
                           : sysfs::number_in<int>(part.substr(dash + 1)).value_or(first);
      constexpr int most = 1 << 16;  // processors of a machine
      for (int i = std::clamp(first, 0, most); i <= std::min(last, most); ++i) found.push_back(i);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return found;
  }
  [[noreturn]] static void refuse(std::string const& event, int code) {
    bool const forbidden = code == EACCES || code == EPERM;
    fail("perf_power", event,
         forbidden ? "permission to count; as root: sysctl kernel.perf_event_paranoid=0"
                   : "a counter of energy",
         io::detail::reason(code));
  }

  Clock clock_;
  std::vector<counter> counters_;
  std::string source_;
  std::uint64_t samples_ = 0;
};

}  // namespace halo::energy

#endif

#include <halo/macros_back.hpp>
