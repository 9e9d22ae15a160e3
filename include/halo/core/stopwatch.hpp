// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>

#include <halo/core/assert.hpp>

namespace halo {

/// A clock that is never set back: seconds since any moment. A board's own, where there is no
/// system.
using clock_function = double (*)();

namespace core {

/// Whether the system has such a clock; it is looked for where there is somebody to read a
/// sentence.
inline constexpr bool has_clock = has_stdio;

/// The system's clock; 0 for ever where there is none.
[[nodiscard]] inline double steady_seconds() noexcept {
  if constexpr (has_clock) {
    auto const now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
  }
  return 0;
}

}  // namespace core

/// Seconds since construction or the last restart(), by the system's clock or another.
class stopwatch {
 public:
  /// Begins at 0 seconds, by the system's clock.
  stopwatch() noexcept : stopwatch(nullptr) {}
  /// By the caller's clock; nullptr is the system's.
  explicit stopwatch(clock_function clock) noexcept
      : clock_(clock != nullptr ? clock : core::steady_seconds), start_(clock_()) {}

  /// Begins anew at 0 seconds.
  void restart() noexcept { start_ = clock_(); }
  /// Seconds since it was made or restarted.
  [[nodiscard]] double seconds() const noexcept { return clock_() - start_; }

 private:
  clock_function clock_;
  double start_;
};

}  // namespace halo
