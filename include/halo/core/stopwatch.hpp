// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>

namespace halo {

/// Seconds of the monotonic clock since construction or the last restart().
class stopwatch {
 public:
  /// Begins anew at 0 seconds.
  void restart() noexcept { start_ = clock::now(); }
  /// Seconds since it was made or restarted, by a clock that is never set back.
  [[nodiscard]] double seconds() const noexcept {
    return std::chrono::duration<double>(clock::now() - start_).count();
  }

 private:
  using clock = std::chrono::steady_clock;
  clock::time_point start_ = clock::now();
};

}  // namespace halo
