// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

namespace halo::adapt {

/// What a safeguard says of an adaptation.
enum class verdict : unsigned char {
  none,        ///< there was no safeguard, or it has not looked yet
  kept,        ///< held-out rows say that something was learned
  no_better,   ///< they do not: the difference may be chance
  constant,    ///< they are answered no better than by one answer to all of them
  forgetting,  ///< too many rows that were right before are wrong
};

[[nodiscard]] constexpr char const* text(verdict v) noexcept {
  switch (v) {
    case verdict::none:
      return "nothing was looked at";
    case verdict::kept:
      return "what was learned is kept";
    case verdict::no_better:
      return "not surely better than the start";
    case verdict::constant:
      return "not surely better than one answer to all";
    case verdict::forgetting:
      return "too much was forgotten";
  }
  return "";
}

namespace detail {

/// How surely the mean of paired differences is above 0.
///
/// t = Σd / √(Σd²). Where each d is as likely as -d, t exceeds c with a probability of at most
/// exp(-c²/2), whatever the size and the number of the differences [Efron 1969]; c = 3: 1.1 %, of
/// many differences of one size 0.13 %. So few of them prove nothing: n of one size and sign make
/// √n.
struct evidence {
  double sum = 0, square = 0;
  void add(double difference) noexcept {
    sum += difference;
    square += difference * difference;
  }
  /// t; never more than what was added so far could prove, NaN where a difference was.
  [[nodiscard]] double surety() const noexcept { return square == 0 ? 0 : sum / std::sqrt(square); }
};

}  // namespace detail
}  // namespace halo::adapt
