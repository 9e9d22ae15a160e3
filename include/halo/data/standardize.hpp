// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/core/record.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/split.hpp>
#include <halo/tensor/array.hpp>

namespace halo::data {

/// Shifts and scales every feature to mean 0 and deviation 1 on the rows it was fitted to.
///
/// x <- (x - mean) / deviation with deviation² = sum (x - mean)² / n, both summed in double. Fit it
/// to training rows only and apply it to all others. A constant feature keeps its scale (deviation
/// 1), so it becomes 0. A missing value (NaN) does not count when fitting and becomes 0, the
/// training mean, when applied.
class standardizer {
 public:
  /// Fits to the rows of a dataset; halo::error when there are none, or a value is infinite.
  template <class Target>
  explicit standardizer(basic_dataset<Target> const& train) : standardizer(train.x) {}

  /// Fits to the targets of a regression instead of its features; errors as above.
  ///
  ///     auto const units = data::standardizer::of_targets(train);
  ///     units.apply_to_targets(train);        // learn; then
  ///     device.predict(x, y), units.undo(y);  // one row in the units of the data
  [[nodiscard]] static standardizer of_targets(regression const& train) {
    return standardizer(train.y);
  }

  /// From numbers stored earlier; halo::error when the sizes differ, a mean is not finite, or a
  /// deviation is not positive and finite.
  standardizer(std::vector<float> mean, std::vector<float> deviation)
      : mean_(std::move(mean)), deviation_(std::move(deviation)) {
    if (mean_.size() != deviation_.size()) {
      fail("standardize", "deviation", std::to_string(mean_.size()) + " values",
           std::to_string(deviation_.size()));
    }
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      bool const good =
          std::isfinite(mean_[i]) && std::isfinite(deviation_[i]) && deviation_[i] > 0;
      if (!good) {
        fail("standardize", "feature " + std::to_string(i),
             "a finite mean and a positive deviation",
             std::to_string(mean_[i]) + " and " + std::to_string(deviation_[i]));
      }
    }
  }

  /// Its numbers (core/record.hpp): one that is resumed was made for as many features.
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "standardizer");
    f.per_problem("mean", std::span(self.mean_));
    f.per_problem("deviation", std::span(self.deviation_), allowed::positive());
  }

  [[nodiscard]] std::size_t features() const noexcept { return mean_.size(); }
  /// Of each feature, over the training rows.
  [[nodiscard]] std::span<float const> mean() const noexcept { return mean_; }
  /// Of each feature; 1 where all rows are equal.
  [[nodiscard]] std::span<float const> deviation() const noexcept { return deviation_; }

  /// Changes one example in place. Allocates nothing.
  void apply(std::span<float> row) const noexcept {
    HALO_EXPECTS(row.size() == mean_.size(), "standardize: a row has the fitted features");
    for (std::size_t i = 0; i < row.size(); ++i) {
      float z = (row[i] - mean_[i]) / deviation_[i];
      if (!std::isfinite(z)) {  // missing, or a difference that float cannot hold
        z = std::isnan(row[i]) ? 0.0F
                               : static_cast<float>((double{row[i]} - mean_[i]) / deviation_[i]);
      }
      row[i] = z;
    }
  }

  /// Turns one example back in place, x <- x deviation + mean: to float rounding what apply was
  /// given (a missing value is the training mean). Allocates nothing.
  void undo(std::span<float> row) const noexcept {
    HALO_EXPECTS(row.size() == mean_.size(), "standardize: a row has the fitted features");
    for (std::size_t i = 0; i < row.size(); ++i)
      row[i] = static_cast<float>(double{row[i]} * deviation_[i] + mean_[i]);
  }

  /// Changes the targets of all rows in place; halo::error when they are of another number.
  void apply_to_targets(regression& d) const {
    if (d.targets() != mean_.size())
      fail("standardize", "targets", std::to_string(mean_.size()), std::to_string(d.targets()));
    for (std::size_t i = 0; i < d.rows(); ++i) apply(tensor::row(d.y, i));
  }

  /// Changes all rows in place; halo::error when the number of features is another.
  template <class Target>
  void apply(basic_dataset<Target>& d) const {
    if (d.features() != mean_.size()) {
      fail("standardize", "features", std::to_string(mean_.size()), std::to_string(d.features()));
    }
    for (std::size_t i = 0; i < d.rows(); ++i) apply(tensor::row(d.x, i));
  }

 private:
  explicit standardizer(tensor::array<float, 2> const& x)
      : mean_(x.shape()[1]), deviation_(x.shape()[1]) {
    if (x.shape()[0] == 0) fail("standardize", "training rows", "at least one", "none");
    for (std::size_t column = 0; column < mean_.size(); ++column) fit(x, column);
  }
  void fit(tensor::array<float, 2> const& x, std::size_t column) {
    std::size_t const rows = x.shape()[0];
    std::size_t const features = x.shape()[1];
    float const* const first = x.data() + column;
    double sum = 0;
    float low = 0;
    float high = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      float const value = first[i * features];
      if (std::isnan(value)) continue;
      if (std::isinf(value)) {
        fail("standardize", "row " + std::to_string(i) + ", feature " + std::to_string(column),
             "a finite value", "an infinite one");
      }
      low = count == 0 || value < low ? value : low;
      high = count == 0 || value > high ? value : high;
      sum += static_cast<double>(value);
      ++count;
    }
    // Equal values are found by comparing: their rounded mean need not be equal to them.
    bool const constant = low == high;
    double const mean = constant ? static_cast<double>(low) : sum / static_cast<double>(count);
    double squares = 0;
    for (std::size_t i = 0; i < rows && !constant; ++i) {
      double const distance = static_cast<double>(first[i * features]) - mean;
      if (!std::isnan(distance)) squares += distance * distance;
    }
    auto const deviation =
        constant ? 1.0F : static_cast<float>(std::sqrt(squares / static_cast<double>(count)));
    mean_[column] = static_cast<float>(mean);
    deviation_[column] = deviation > 0 ? deviation : 1.0F;
  }

  std::vector<float> mean_;
  std::vector<float> deviation_;
};

/// Standardises both sides of a split by the training rows alone, and hands out the numbers.
template <class Target>
standardizer standardize(basic_split<Target>& d) {
  standardizer scale(d.train);
  scale.apply(d.train);
  scale.apply(d.test);
  return scale;
}

}  // namespace halo::data

#include <halo/macros_back.hpp>
