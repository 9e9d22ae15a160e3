// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <halo/core/assert.hpp>
#include <halo/measure/measure.hpp>

// Of numbers, in their units. A network may have more outputs than there are targets, as under
// nn::gaussian_nll: the first ones are compared. A NaN or an infinity shows.

namespace halo::measure {

namespace detail {

/// The mean of something over all targets.
struct mean_error {
  static constexpr bool lower_is_better = true;
  double sum = 0;           ///< over the targets
  std::uint64_t count = 0;  ///< targets

  /// Counts in what another counted.
  void merge(mean_error const& other) noexcept {
    sum += other.sum;
    count += other.count;
  }

 protected:
  template <class T, class OfError>
  void add_each(answers<T, float> const& a, OfError const& of_error) noexcept {
    HALO_EXPECTS(a.outputs >= a.targets, "measure: an output for each target");
    for (std::size_t i = 0; i < a.rows; ++i) {
      for (std::size_t j = 0; j < a.targets; ++j)
        sum += of_error(static_cast<double>(a.y[i * a.outputs + j]) -
                        static_cast<double>(a.t[i * a.targets + j]));
    }
    count += a.rows * a.targets;
  }
  [[nodiscard]] double mean() const noexcept { return quotient(sum, static_cast<double>(count)); }
};

}  // namespace detail

/// Root of the mean square error over all targets of all rows.
struct rmse : detail::mean_error {
  static constexpr char const* name = "RMSE";
  template <class T>
  void add(answers<T, float> const& a) noexcept {
    this->add_each(a, [](double e) { return e * e; });
  }
  [[nodiscard]] double value() const noexcept { return std::sqrt(this->mean()); }
};

/// Mean absolute error over all targets of all rows.
struct mae : detail::mean_error {
  static constexpr char const* name = "MAE";
  template <class T>
  void add(answers<T, float> const& a) noexcept {
    this->add_each(a, [](double e) { return std::abs(e); });
  }
  [[nodiscard]] double value() const noexcept { return this->mean(); }
};

/// Coefficient of determination R²: 1 - Σ (y - t)² / Σ (t - mean t)² of each target, and the mean
/// of these (scikit-learn's r2_score). 1 is perfect, 0 as good as the targets' mean; NaN while a
/// target has one value only. 24 · Targets + 8 bytes.
template <std::size_t Targets = 1>
class r2 {
 public:
  static_assert(Targets > 0, "halo: r2: at least one target");
  static constexpr char const* name = "R2";
  static constexpr bool lower_is_better = false;

  /// Counts rows in.
  /// @pre there are Targets targets a row
  template <class T>
  void add(answers<T, float> const& a) noexcept {
    HALO_EXPECTS(a.targets == Targets && a.outputs >= Targets,
                 "r2: as many targets as an example has");
    for (std::size_t i = 0; i < a.rows; ++i) {
      rows_ += 1;
      for (std::size_t j = 0; j < Targets; ++j) {
        auto const t = static_cast<double>(a.t[i * Targets + j]);
        double const error = static_cast<double>(a.y[i * a.outputs + j]) - t;
        sums& s = of_[j];
        double const off = t - s.mean;
        s.mean += off / rows_;
        s.spread += off * (t - s.mean);
        s.error += error * error;
      }
    }
  }
  /// Counts in what another counted.
  void merge(r2 const& other) noexcept {
    double const all = rows_ + other.rows_;
    if (!(other.rows_ > 0)) return;
    for (std::size_t j = 0; j < Targets; ++j) {
      double const apart = other.of_[j].mean - of_[j].mean;
      of_[j].mean += apart * other.rows_ / all;
      of_[j].spread += other.of_[j].spread + apart * apart * rows_ * other.rows_ / all;
      of_[j].error += other.of_[j].error;
    }
    rows_ = all;
  }
  [[nodiscard]] double value() const noexcept {
    double sum = 0;
    for (sums const& s : of_) sum += 1 - detail::quotient(s.error, s.spread);
    return sum / static_cast<double>(Targets);
  }

 private:
  struct sums {
    double mean = 0, spread = 0, error = 0;  // of the targets; Σ (t - mean)²; Σ (y - t)²
  };
  std::array<sums, Targets> of_{};
  double rows_ = 0;
};

static_assert(measure<rmse, float> && measure<mae, float> && measure<r2<>, float>);
static_assert(!measure<rmse, std::int32_t>);

}  // namespace halo::measure

#include <halo/macros_back.hpp>
