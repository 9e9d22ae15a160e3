// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/bit_cast.hpp>
#include <halo/core/portable.hpp>
#include <halo/core/record.hpp>

namespace halo::adapt {

/// How a head is made of class means alone.
struct imprinting {
  /// outputs are multiplied by it, as discriminant_options::confidence
  double confidence = 0.3;
  static constexpr void record(auto& self, auto&& f) {
    f.option("confidence", self.confidence, allowed{.low = 0, .high = 1000, .low_open = true});
  }
};

namespace detail {

/// Numbers above 1e15 are taken for none: sums of their squares have to fit a float.
[[nodiscard]] inline bool countable(std::size_t n, float const* h) noexcept {
  for (std::size_t k = 0; k < n; ++k)
    if (!(std::abs(h[k]) <= 1e15F)) return false;
  return true;
}

/// Rows of a class that are counted: from here on ++ would leave a float as it is.
inline constexpr float most_rows = 0x1p24F;
/// Behind so many rows what one more adds to a mean is a few of its last digits: rounding them to
/// the nearest would move it by itself, further than its rows do.
inline constexpr float nearest_rows = 65536;

/// x as a float, up or down by turns: in the mean over many it is x.
[[nodiscard]] inline float rounded_by_turns(double x, std::uint32_t turn) noexcept {
  constexpr std::uint64_t below = (std::uint64_t{1} << 29U) - 1;  // digits that a float has not
  std::uint32_t const part = turn * 0x9E3779B9U;  // of the golden ratio: they fill 0 ... 1 evenly
  auto const raw = (core::bit_cast<std::uint64_t>(x) + (part >> 3U)) & ~below;
  return static_cast<float>(core::bit_cast<double>(raw));
}

/// Means of classes, wherever they lie.
/// @tparam T  float, or float const
template <class T>
struct class_means {
  std::size_t features, classes;
  T* rows;   ///< [classes]; whole numbers, at most most_rows
  T* means;  ///< [classes, features]

  [[nodiscard]] T* mean(std::size_t label) const noexcept { return means + label * features; }
  [[nodiscard]] double all_rows() const noexcept {
    double n = 0;
    for (std::size_t c = 0; c < classes; ++c) n += static_cast<double>(rows[c]);
    return n;
  }
  /// Feature k of the mean of all n rows.
  [[nodiscard]] double mean_of_all(std::size_t k, double n) const noexcept {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c)
      sum += static_cast<double>(rows[c]) / n * static_cast<double>(mean(c)[k]);
    return sum;
  }
  /// Counts a row in, and calls each(k, h_k - μ_k as it was, (n - 1)/n) with the n rows of its
  /// class; nothing where it is full.
  template <class Each>
  void add(float const* h, std::size_t label, Each&& each) const noexcept {
    if (full(label)) return;
    float const n = ++rows[label], share = (n - 1) / n;
    T* const m = mean(label);
    for (std::size_t k = 0; k < features; ++k) {
      float const off = h[k] - m[k];
      if (n > nearest_rows)
        m[k] = rounded_by_turns(static_cast<double>(m[k]) + static_cast<double>(off / n),
                                static_cast<std::uint32_t>(n));
      else
        m[k] += off / n;
      each(k, off, share);
    }
  }
  /// Whether a class takes no more rows.
  [[nodiscard]] bool full(std::size_t label) const noexcept { return rows[label] >= most_rows; }
  /// t: the variance within classes, or where that is hardly any a twentieth of that between them;
  /// both mean over the features, of n rows. At least what rounding makes of features that do not
  /// vary.
  [[nodiscard]] double scale(double within, double n) const noexcept {
    double between = 0, rounding = 0;
    for (std::size_t k = 0; k < features; ++k) {
      double const center = mean_of_all(k, n);
      rounding += 0x1p-46 * center * center;  // (a float's last digit)²
      for (std::size_t c = 0; c < classes; ++c) {
        double const off = static_cast<double>(mean(c)[k]) - center;
        between += static_cast<double>(rows[c]) / n * off * off;
      }
    }
    auto const f = static_cast<double>(features);
    return std::max({within, between / f / 20, rounding / f, 1e-30});
  }
  /// ln of the share of a class among n rows; 3 less where it has none.
  [[nodiscard]] double log_prior(std::size_t label, double n) const noexcept {
    auto const of_class = static_cast<double>(rows[label]);
    return core::portable_log((of_class + 0.5) / (n + 0.5 * static_cast<double>(classes))) -
           (of_class > 0 ? 0 : 3);
  }
  /// The head of nearest_mean::solve.
  /// @param spread  Σ |h - μ_c|² over all rows
  [[nodiscard]] bool solve(double spread, float* weights, float* biases,
                           imprinting const& o) const noexcept {
    double const n = all_rows();
    if (!(n > 0)) return false;
    double const t = scale(spread / n / static_cast<double>(features), n);
    for (std::size_t c = 0; c < classes; ++c) {
      double b = log_prior(c, n);
      for (std::size_t k = 0; k < features; ++k) {
        double const all = mean_of_all(k, n), own = static_cast<double>(mean(c)[k]);
        double const w = rows[c] > 0 ? (own - all) / t : 0;
        b -= 0.5 * w * (own + all);
        weights[k * classes + c] = static_cast<float>(o.confidence * w);
      }
      biases[c] = static_cast<float>(o.confidence * b);
    }
    return true;
  }
};

}  // namespace detail

/// A head that needs no training: the mean of each class's features, and the class whose mean is
/// nearest [Mensink et al. 2013, "Distance-based image classification"].
///
///     y_c = -|h - μ_c|²,  μ_c = the mean of the rows of class c
/// A new class is there with its first row, at any time, and one that is taken away is gone. Rows
/// are counted in by Welford's recurrence and never kept: the memory is sizeof, whatever their
/// number; of a class 2^24, and more change nothing. Features are those that a body makes of
/// examples (inference::count_in and features of device and predictor), or anything else with
/// distances. Describes itself (core/record.hpp), so that adapt::save takes it along. Allocates
/// nothing.
template <std::size_t Features, std::size_t Classes>
class nearest_mean {
  static_assert(Features > 0 && Classes > 0,
                "halo: nearest_mean: at least one feature and one class");

 public:
  static constexpr std::size_t features = Features, classes = Classes;  ///< template arguments

  /// Counts a row in; rows with numbers that are not finite, or above 1e15, are left out.
  /// @param h      Features numbers
  /// @param label  below Classes
  void add(float const* h, std::size_t label) noexcept {
    HALO_EXPECTS(label < Classes, "nearest_mean: a label below the number of classes");
    if (label >= Classes || !detail::countable(Features, h)) return;
    float of_row = 0;
    sums().add(h, label, [&](std::size_t, float off, float share) { of_row += share * off * off; });
    spread_[label] += static_cast<double>(of_row);
  }
  /// Takes a class away: it has no rows then.
  void remove(std::size_t label) noexcept {
    HALO_EXPECTS(label < Classes, "nearest_mean: a label below the number of classes");
    if (label >= Classes) return;
    rows_[label] = 0;
    spread_[label] = 0;
    std::fill_n(sums().mean(label), Features, 0.0F);
  }

  /// Rows that were counted in.
  [[nodiscard]] std::size_t rows() const noexcept {
    return static_cast<std::size_t>(sums().all_rows());
  }
  /// Those of one label, below classes.
  [[nodiscard]] std::size_t rows(std::size_t label) const noexcept {
    return static_cast<std::size_t>(rows_[label]);
  }
  /// The mean of a class, Features numbers.
  [[nodiscard]] std::span<float const> mean(std::size_t label) const noexcept {
    return {sums().mean(label), Features};
  }

  /// y ← [rows, Classes] of h [rows, Features]; -max for a class without rows, and where a distance
  /// is not finite.
  void outputs(std::size_t rows, float const* h, float* y) const noexcept {
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t c = 0; c < Classes; ++c) y[i * Classes + c] = output(h + i * Features, c);
  }
  /// The class whose mean is nearest, the first of equals; Classes where no class has rows or a
  /// feature is not finite.
  [[nodiscard]] std::size_t nearest(float const* h) const noexcept {
    std::size_t best = Classes;
    float highest = -most;
    for (std::size_t c = 0; c < Classes; ++c)
      if (float const y = output(h, c); y > highest) best = c, highest = y;
    return best;
  }

  /// Makes a linear head of the means, h·W + b [imprinting: Qi et al. 2018], which chooses the
  /// nearest mean where classes have as many rows as each other:
  ///     w_c = a (μ_c - μ) / t,   b_c = a ln((n_c + ½) / (n + C/2)) - w_cᵀ(μ_c + μ)/2
  /// with a the confidence, μ the mean of all n rows and t the variance within classes, mean over
  /// the features, at least a twentieth of that between, and what rounding makes of μ. A class
  /// without rows gets w = 0 and a bias 3a below the prior of none.
  ///
  /// @param weights  W [Features, Classes]
  /// @param biases   b [Classes]
  /// @return false, and nothing written, where there are no rows
  [[nodiscard]] bool solve(float* weights, float* biases, imprinting const& o = {}) const noexcept {
    double spread = 0;
    for (double const x : spread_) spread += x;
    return sums().solve(spread, weights, biases, o);
  }

  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "nearest_mean");
    f.constant("features", Features);
    f.constant("classes", Classes);
    f.per_problem("rows", std::span(self.rows_), allowed::between(0, detail::most_rows));
    f.per_problem("means", self.means_.span(), allowed::between(-1e15, 1e15));
    f.per_problem("spread", std::span(self.spread_), allowed::non_negative());
  }

 private:
  static constexpr float most = std::numeric_limits<float>::max();

  [[nodiscard]] detail::class_means<float> sums() noexcept {
    return {Features, Classes, rows_.data(), means_.data()};
  }
  [[nodiscard]] detail::class_means<float const> sums() const noexcept {
    return {Features, Classes, rows_.data(), means_.data()};
  }
  [[nodiscard]] float output(float const* h, std::size_t c) const noexcept {
    if (!(rows_[c] > 0)) return -most;
    float const* const mean = sums().mean(c);
    float distance = 0;
    for (std::size_t k = 0; k < Features; ++k) distance += (h[k] - mean[k]) * (h[k] - mean[k]);
    return distance <= most ? -distance : -most;
  }

  std::array<float, Classes> rows_{};
  aligned_array<float, Features * Classes> means_;
  std::array<double, Classes> spread_{};  ///< Σ |h - μ_c|²
};

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
