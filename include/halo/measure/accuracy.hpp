// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include <halo/measure/measure.hpp>

namespace halo::measure {

namespace detail {

/// Right ones among all.
struct share {
  static constexpr bool lower_is_better = false;
  std::uint64_t right = 0;  ///< of those counted
  std::uint64_t all = 0;    ///< counted

  /// Counts in what another counted.
  void merge(share const& other) noexcept {
    right += other.right;
    all += other.all;
  }
  /// In [0, 1]; NaN where there is none.
  [[nodiscard]] double value() const noexcept {
    return quotient(static_cast<double>(right), static_cast<double>(all));
  }
};

}  // namespace detail

/// Share of rows whose largest output, the first of equals, is at their label. A row with a NaN is
/// wrong; one without a class for a label is not counted.
struct accuracy : detail::share {
  static constexpr char const* name = "accuracy";
  template <class T>
  void add(answers<T, std::int32_t> const& a) noexcept {
    for (std::size_t i = 0; i < a.rows; ++i) {
      std::int32_t const label = a.t[i * a.targets];
      if (!detail::is_class(label, a.outputs)) continue;
      ++all;
      if (detail::largest(a.outputs, a.y + i * a.outputs) == static_cast<std::size_t>(label))
        ++right;
    }
  }
};

/// Share of flags that are right: an output above 0 says yes, a target of 1/2 or more is one. A NaN
/// is wrong.
///
/// Of all outputs of all rows: with rare flags, one that never says yes does well by it.
struct flag_accuracy : detail::share {
  static constexpr char const* name = "flag accuracy";
  template <class T>
  void add(answers<T, float> const& a) noexcept {
    for (std::size_t i = 0; i < a.rows; ++i) {
      for (std::size_t j = 0; j < a.targets; ++j) {
        T const y = a.y[i * a.outputs + j];
        bool const yes = a.t[i * a.targets + j] >= 0.5F;
        ++all;
        if (yes ? y > 0 : y <= 0) ++right;
      }
    }
  }
};

/// Share of rows whose largest output is where the largest target is, the first of equals: of a
/// network beside the one that it learns from. A row with a NaN is wrong.
struct agreement : detail::share {
  static constexpr char const* name = "agreement";
  template <class T>
  void add(answers<T, float> const& a) noexcept {
    for (std::size_t i = 0; i < a.rows; ++i) {
      std::size_t const said = detail::largest(a.outputs, a.y + i * a.outputs);
      ++all;
      if (said < a.outputs && said == detail::largest(a.targets, a.t + i * a.targets)) ++right;
    }
  }
};

static_assert(measure<accuracy, std::int32_t> && !measure<accuracy, float>);
static_assert(measure<flag_accuracy, float> && measure<agreement, float>);

}  // namespace halo::measure
