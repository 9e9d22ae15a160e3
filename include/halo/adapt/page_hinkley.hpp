// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <halo/core/options.hpp>

namespace halo::adapt {

/// What a page_hinkley takes for a drift.
struct page_hinkley_options {
  double tolerance = 0.005;    ///< δ: what the mean may rise by without being a drift
  double threshold = 10;       ///< λ: larger is surer and later
  std::uint64_t warm_up = 30;  ///< values before the first drift is told

  static constexpr void record(auto& self, auto&& f) {
    f.option("tolerance", self.tolerance, allowed::non_negative());
    f.option("threshold", self.threshold, allowed::positive());
    f.option("warm_up", self.warm_up, allowed::non_negative());
  }
};

/// Says when values have risen for good: the loss of labelled rows, or what answers lack to
/// certainty, and with it when to adapt. [Page 1954; the test of Page and Hinkley]
///
///     static adapt::page_hinkley drift;
///     if (drift.add(device.try_evaluate(x, label).loss)) adapt_now();
///
///     x̄ ← x̄ + (x - x̄)/n,  m ← m + x - x̄ - δ,  M ← min(M, m);  a drift where m - M > λ
/// x̄ is the mean of all values since the last drift. Of normal values with deviation σ a rise by d
/// > δ is told after about λ/(d - δ) values; false alarms are rare from λ = 10σ²/δ on. For values
/// that fall, as accuracies, add their negatives. Behind a drift it begins anew. Allocates nothing.
class page_hinkley {
 public:
  /// @throws halo::error for an option out of its range
  explicit page_hinkley(page_hinkley_options const& options = {}) : options_(options) {
    check_options(options, "page_hinkley");
  }

  /// The next value, cut to ±1e100. One that is not finite is left out.
  /// @return whether it shows a drift
  bool add(double value) noexcept {
    if (!std::isfinite(value)) return false;
    value = std::clamp(value, -most, most);
    ++count_;
    mean_ += (value - mean_) / static_cast<double>(count_);
    sum_ = std::clamp(sum_ + (value - mean_ - options_.tolerance), -far, far);
    least_ = std::min(least_, sum_);
    bool const drift = count_ > options_.warm_up && risen() > options_.threshold;
    if (drift) reset();
    return drift;
  }
  /// m - M: how far the sum stands above its lowest; a drift above the threshold.
  [[nodiscard]] double risen() const noexcept { return sum_ - least_; }
  /// Mean of the values since the last drift.
  [[nodiscard]] double mean() const noexcept { return mean_; }
  /// How many they are.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// Begins anew: behind an adaptation, values are others.
  void reset() noexcept {
    count_ = 0;
    mean_ = sum_ = least_ = 0;
  }

  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "page_hinkley");
    f.part("", self.options_);
    f.number("count", self.count_, allowed::between(0, 0x1p62));
    f.number("mean", self.mean_, allowed::between(-most, most));
    f.number("sum", self.sum_, allowed::between(-far, far));
    f.number("least", self.least_, allowed::between(-far, far));
  }

 private:
  static constexpr double most = 1e100;  // of a value
  static constexpr double far = 1e200;   // of the sum, further than any number of them goes

  page_hinkley_options options_;
  std::uint64_t count_ = 0;
  double mean_ = 0, sum_ = 0, least_ = 0;
};

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
