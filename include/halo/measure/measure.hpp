// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace halo::measure {

/// What a network said to some rows, and what it should have said.
///
/// @tparam T       float or double
/// @tparam Target  std::int32_t for a class, float for a number or a flag
template <class T, class Target>
struct answers {
  std::size_t rows;     ///< how many
  std::size_t outputs;  ///< numbers that the network gave for each
  std::size_t targets;  ///< numbers that were wanted for each
  T const* y;           ///< [rows, outputs]
  Target const* t;      ///< [rows, targets]
};

/// A measure: a value that counts answers, mini-batch after mini-batch, and says how good they
/// were.
///
/// M::name             a word for reports
/// M::lower_is_better  whether it is an error
/// m.add(answers)      counts rows in; never fails, allocates nothing
/// m.merge(other)      counts in what another counted
/// m.value()           the measure of all rows so far; NaN where it says nothing yet
///
/// @tparam Target  what it can be asked about; std::int32_t or float
template <class M, class Target>
concept measure =
    std::copyable<M> && requires(M& m, M const& other, answers<float, Target> const& some) {
      { M::name } -> std::convertible_to<char const*>;
      { M::lower_is_better } -> std::convertible_to<bool>;
      m.add(some);
      m.merge(other);
      { other.value() } -> std::convertible_to<double>;
    };

/// Whether a value is at least as good as a goal; NaN never is.
template <class M>
[[nodiscard]] constexpr bool reaches(double value, double goal) noexcept {
  return M::lower_is_better ? value <= goal : value >= goal;
}

/// Says nothing: of losses whose answers are neither right nor wrong.
struct nothing {
  static constexpr char const* name = "nothing";
  static constexpr bool lower_is_better = false;
  template <class T, class Target>
  void add(answers<T, Target> const&) noexcept {}
  void merge(nothing const&) noexcept {}
  /// NaN
  [[nodiscard]] double value() const noexcept { return std::numeric_limits<double>::quiet_NaN(); }
};
static_assert(measure<nothing, float> && measure<nothing, std::int32_t>);

namespace detail {

/// NaN where there is nothing to divide by.
[[nodiscard]] constexpr double quotient(double part, double whole) noexcept {
  return whole > 0 ? part / whole : std::numeric_limits<double>::quiet_NaN();
}

/// The place of the largest of n numbers, the first of equals; n where one is NaN.
template <class T>
[[nodiscard]] constexpr std::size_t largest(std::size_t n, T const* x) noexcept {
  std::size_t best = 0;
  for (std::size_t j = 0; j < n; ++j) {
    if (x[j] != x[j]) return n;
    if (x[j] > x[best]) best = j;
  }
  return best;
}

/// Whether a label is a class: others, such as nn::no_label, are not counted.
[[nodiscard]] constexpr bool is_class(std::int32_t label, std::size_t classes) noexcept {
  return label >= 0 && static_cast<std::size_t>(label) < classes;
}

}  // namespace detail
}  // namespace halo::measure
