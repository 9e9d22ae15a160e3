// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <halo/core/assert.hpp>
#include <halo/measure/measure.hpp>

namespace halo::measure {

/// Area under the receiver operating characteristic: the chance that a row of the one kind has a
/// higher score than a row of the other, ties counted half [Fawcett 2006].
///
/// Of two classes: the score is the second output minus the first, or the only output. Of flags:
/// the score is output Output, its target 1/2 or more for yes. Rows are counted in bins of equal
/// width in s / (1 + |s|), so that any score has one; two rows of a bin count as a tie. Hence
/// |value - exact| <= error() = Σ_b p_b n_b / (2 P N), p_b and n_b the rows of both kinds in bin b
/// of P and N in all: what it is can be asked. NaN for a score that is NaN, and while one kind has
/// no row. 16 · Bins + 8 bytes.
///
/// @tparam Output  which flag; for two classes 0
template <std::size_t Bins = 256, std::size_t Output = 0>
class roc_auc {
 public:
  static_assert(Bins > 1, "halo: roc_auc: at least two bins");
  static constexpr char const* name = "ROC AUC";
  static constexpr bool lower_is_better = false;

  /// Counts rows of two classes in; those without a class for a label are left out.
  /// @pre one or two outputs
  template <class T>
  void add(answers<T, std::int32_t> const& a) noexcept {
    HALO_EXPECTS(a.outputs == 1 || a.outputs == 2, "roc_auc: two classes, by one or two outputs");
    for (std::size_t i = 0; i < a.rows; ++i) {
      std::int32_t const label = a.t[i * a.targets];
      if (!detail::is_class(label, 2)) continue;
      T const* const y = a.y + i * a.outputs;
      count(static_cast<double>(a.outputs == 1 ? y[0] : y[1] - y[0]), label == 1);
    }
  }
  /// Counts the rows of a flag in.
  /// @pre there is a target Output
  template <class T>
  void add(answers<T, float> const& a) noexcept {
    HALO_EXPECTS(Output < a.targets && Output < a.outputs, "roc_auc: has this output");
    for (std::size_t i = 0; i < a.rows; ++i)
      count(static_cast<double>(a.y[i * a.outputs + Output]), a.t[i * a.targets + Output] >= 0.5F);
  }
  /// Counts in what another counted.
  void merge(roc_auc const& other) noexcept {
    for (std::size_t b = 0; b < Bins; ++b) {
      bin_[b].yes += other.bin_[b].yes;
      bin_[b].no += other.bin_[b].no;
    }
    nan_ += other.nan_;
  }

  [[nodiscard]] double value() const noexcept {
    double above = 0, all_yes = 0, all_no = 0;
    for (counts const& b : bin_) {
      auto const yes = static_cast<double>(b.yes), no = static_cast<double>(b.no);
      above += yes * (all_no + no / 2);
      all_yes += yes;
      all_no += no;
    }
    return nan_ > 0 ? std::numeric_limits<double>::quiet_NaN()
                    : detail::quotient(above, all_yes * all_no);
  }
  /// How far value() may be from the area without bins.
  [[nodiscard]] double error() const noexcept {
    double together = 0, all_yes = 0, all_no = 0;
    for (counts const& b : bin_) {
      auto const yes = static_cast<double>(b.yes), no = static_cast<double>(b.no);
      together += yes * no / 2;
      all_yes += yes;
      all_no += no;
    }
    return detail::quotient(together, all_yes * all_no);
  }

 private:
  struct counts {
    std::uint64_t yes = 0, no = 0;
  };
  void count(double score, bool yes) noexcept {
    if (score != score) {
      ++nan_;
      return;
    }
    double const size = score < 0 ? -score : score;
    double const place = size > 1e300 ? (score < 0 ? 0.0 : 1.0) : (score / (1 + size) + 1) / 2;
    auto const b = static_cast<std::size_t>(place * static_cast<double>(Bins));
    counts& c = bin_[b < Bins ? b : Bins - 1];
    ++(yes ? c.yes : c.no);
  }
  std::array<counts, Bins> bin_{};
  std::uint64_t nan_ = 0;
};

static_assert(measure<roc_auc<>, float> && measure<roc_auc<>, std::int32_t>);

}  // namespace halo::measure
