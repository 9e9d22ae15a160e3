// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <halo/core/assert.hpp>
#include <halo/measure/measure.hpp>

namespace halo::measure {

/// How well each of several flags is told: precision, recall and F1 of every output.
///
/// An output above 0 says yes, a target of 1/2 or more is one. A NaN says no to a yes and yes to a
/// no: it is wrong. The value is the mean F1 of the flags that a target or an answer says yes to
/// (scikit-learn's f1_score with average="macro" and zero_division=nan). 24 · Flags bytes.
template <std::size_t Flags>
class flags {
 public:
  static_assert(Flags > 0, "halo: flags: at least one flag");
  static constexpr char const* name = "macro F1 of flags";
  static constexpr bool lower_is_better = false;

  /// Counts rows in.
  /// @pre there are Flags targets a row
  template <class T>
  void add(answers<T, float> const& a) noexcept {
    HALO_EXPECTS(a.targets == Flags && a.outputs >= Flags,
                 "flags: as many flags as an example has targets");
    for (std::size_t i = 0; i < a.rows; ++i) {
      for (std::size_t j = 0; j < Flags; ++j) {
        T const y = a.y[i * a.outputs + j];
        bool const yes = a.t[i * Flags + j] >= 0.5F;
        bool const says_yes = y > 0 || (y != y && !yes);
        flag_[j].right += yes && says_yes ? 1U : 0U;
        flag_[j].is += yes ? 1U : 0U;
        flag_[j].said += says_yes ? 1U : 0U;
      }
    }
  }
  /// Counts in what another counted.
  void merge(flags const& other) noexcept {
    for (std::size_t j = 0; j < Flags; ++j) {
      flag_[j].right += other.flag_[j].right;
      flag_[j].is += other.flag_[j].is;
      flag_[j].said += other.flag_[j].said;
    }
  }

  /// Share of the rows with the flag among those that it is said of; NaN where there is none.
  [[nodiscard]] double precision(std::size_t j) const noexcept {
    counts const& c = of(j);
    return ratio(c.right, c.said);
  }
  /// Share of the rows that it is said of among those with the flag; NaN where there is none.
  [[nodiscard]] double recall(std::size_t j) const noexcept {
    counts const& c = of(j);
    return ratio(c.right, c.is);
  }
  /// 2 right / (is + said); NaN where there is none.
  [[nodiscard]] double f1(std::size_t j) const noexcept {
    counts const& c = of(j);
    return ratio(2 * c.right, c.is + c.said);
  }

  [[nodiscard]] double value() const noexcept {
    double sum = 0, n = 0;
    for (std::size_t j = 0; j < Flags; ++j) {
      double const s = f1(j);
      if (s == s) sum += s, n += 1;
    }
    return detail::quotient(sum, n);
  }

 private:
  struct counts {
    std::uint64_t right = 0, is = 0, said = 0;
  };
  [[nodiscard]] counts const& of(std::size_t j) const noexcept {
    HALO_EXPECTS(j < Flags, "flags: has this flag");
    return flag_[j];
  }
  [[nodiscard]] static double ratio(std::uint64_t part, std::uint64_t whole) noexcept {
    return detail::quotient(static_cast<double>(part), static_cast<double>(whole));
  }
  std::array<counts, Flags> flag_{};
};

static_assert(measure<flags<3>, float> && !measure<flags<3>, std::int32_t>);

}  // namespace halo::measure
