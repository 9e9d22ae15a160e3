// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <halo/core/portable.hpp>
#include <halo/measure/measure.hpp>

namespace halo::measure {

/// Expected calibration error: how far what a network believes is from how often it is right, by
/// bins of what it believes, weighted by their rows [Naeini et al. 2015; Guo et al. 2017].
///
/// Σ_b |Σ_{i in b} (right_i - p_i)| / rows. Of classes p is the softmax of the largest logit and
/// right whether the label is there; of flags each output is a row, p the sigmoid of its logit and
/// right its target. Bins are of equal width in p. 0 is perfect; NaN while there is no row and from
/// a NaN on. Rows without a class for a label are not counted. 8 · Bins + 8 bytes.
template <std::size_t Bins = 15>
class calibration_error {
 public:
  static_assert(Bins > 0, "halo: calibration_error: at least one bin");
  static constexpr char const* name = "calibration error";
  static constexpr bool lower_is_better = true;

  /// Counts rows of classes in.
  template <class T>
  void add(answers<T, std::int32_t> const& a) noexcept {
    for (std::size_t i = 0; i < a.rows; ++i) {
      std::int32_t const label = a.t[i * a.targets];
      if (!detail::is_class(label, a.outputs)) continue;
      T const* const y = a.y + i * a.outputs;
      std::size_t const best = detail::largest(a.outputs, y);
      if (best == a.outputs) {
        count(std::numeric_limits<double>::quiet_NaN(), 0);
        continue;
      }
      double sum = 0;
      for (std::size_t j = 0; j < a.outputs; ++j)
        sum += core::portable_exp(static_cast<double>(y[j]) - static_cast<double>(y[best]));
      count(1 / sum, best == static_cast<std::size_t>(label) ? 1 : 0);
    }
  }
  /// Counts flags in.
  template <class T>
  void add(answers<T, float> const& a) noexcept {
    for (std::size_t i = 0; i < a.rows; ++i) {
      for (std::size_t j = 0; j < a.targets; ++j) {
        auto const y = static_cast<double>(a.y[i * a.outputs + j]);
        double const low = core::portable_exp(y < 0 ? y : -y);
        count((y < 0 ? low : 1.0) / (1 + low), static_cast<double>(a.t[i * a.targets + j]));
      }
    }
  }
  /// Counts in what another counted.
  void merge(calibration_error const& other) noexcept {
    for (std::size_t b = 0; b < Bins; ++b) off_[b] += other.off_[b];
    rows_ += other.rows_;
  }
  [[nodiscard]] double value() const noexcept {
    double sum = 0;
    for (double const off : off_) sum += std::abs(off);
    return detail::quotient(sum, rows_);
  }

 private:
  void count(double p, double right) noexcept {
    auto const b = p == p ? static_cast<std::size_t>(p * static_cast<double>(Bins)) : 0;
    off_[b < Bins ? b : Bins - 1] += right - p;
    rows_ += 1;
  }
  std::array<double, Bins> off_{};  // Σ (right - p)
  double rows_ = 0;
};

static_assert(measure<calibration_error<>, float> && measure<calibration_error<>, std::int32_t>);

}  // namespace halo::measure

#include <halo/macros_back.hpp>
