// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <limits>

namespace halo {

/// The values that an option may have: an interval of numbers, NaN never among them.
struct allowed {
  double low = std::numeric_limits<double>::lowest();  ///< the smallest number allowed
  double high = std::numeric_limits<double>::max();    ///< the largest number allowed
  bool low_open = false;                               ///< low itself is not allowed
  bool high_open = false;                              ///< high itself is not allowed

  /// Every finite number.
  [[nodiscard]] static constexpr allowed finite() noexcept { return {}; }
  /// (0, ∞)
  [[nodiscard]] static constexpr allowed positive() noexcept {
    return {.low = 0, .low_open = true};
  }
  /// (0, ∞], for bounds that infinity switches off
  [[nodiscard]] static constexpr allowed positive_or_infinite() noexcept {
    return {.low = 0, .high = std::numeric_limits<double>::infinity(), .low_open = true};
  }
  /// [0, ∞)
  [[nodiscard]] static constexpr allowed non_negative() noexcept { return {.low = 0}; }
  /// [0, 1], both ends included
  [[nodiscard]] static constexpr allowed share() noexcept { return {.low = 0, .high = 1}; }
  /// [0, 1): the factor of a running mean
  [[nodiscard]] static constexpr allowed below_one() noexcept {
    return {.low = 0, .high = 1, .high_open = true};
  }
  /// [least, ∞)
  [[nodiscard]] static constexpr allowed at_least(double least) noexcept { return {.low = least}; }
  /// [least, most]
  [[nodiscard]] static constexpr allowed between(double least, double most) noexcept {
    return {.low = least, .high = most};
  }

  /// Whether x lies in the range; NaN never does.
  [[nodiscard]] constexpr bool contains(double x) const noexcept {
    return (low_open ? x > low : x >= low) && (high_open ? x < high : x <= high);
  }
  friend constexpr bool operator==(allowed const&, allowed const&) = default;
};

}  // namespace halo

#include <halo/macros_back.hpp>
