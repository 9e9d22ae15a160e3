// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <limits>

namespace halo::adapt {

/// Why an adaptation ended.
enum class stop : unsigned char { iterations, operations, time, accuracy, non_finite };

[[nodiscard]] constexpr char const* text(stop s) noexcept {
  switch (s) {
    case stop::iterations:
      return "iterations spent";
    case stop::operations:
      return "operations spent";
    case stop::time:
      return "time spent";
    case stop::accuracy:
      return "target accuracy reached";
    case stop::non_finite:
      return "too many steps were not finite";
  }
  return "";
}

/// How much an adaptation may cost; whatever is reached first ends it.
struct budget {
  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t iterations = unlimited;  ///< steps, empty ones included
  std::uint64_t operations =
      unlimited;  ///< multiply-adds of the network, optimizer's arithmetic included
  double seconds = std::numeric_limits<double>::infinity();  ///< wall time
  double accuracy = 2.0;          ///< of the last evaluation, in [0, 1]; above 1: never
  std::uint64_t non_finite = 20;  ///< steps in a row that were not finite
};

}  // namespace halo::adapt
