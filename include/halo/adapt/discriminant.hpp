// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/adapt/nearest_mean.hpp>
#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/record.hpp>
#include <halo/kernel/cholesky.hpp>

namespace halo::adapt {

/// How a head is made of class means and what is common to the classes.
struct discriminant_options {
  /// s: the covariance is drawn towards a multiple of the identity by the share sF / (n + sF)
  double shrinkage = 0.3;
  /// outputs are multiplied by it: few rows make a discriminant surer than it should be, and a loss
  /// in which every row counts as learned teaches nothing
  double confidence = 0.3;
  static constexpr void record(auto& self, auto&& f) {
    f.option("shrinkage", self.shrinkage, allowed::non_negative());
    f.option("confidence", self.confidence, allowed{.low = 0, .high = 1000, .low_open = true});
  }
};

namespace detail {

/// The sums of discriminant, wherever they lie.
struct class_scatter {
  class_means<float> means;
  float* scatter;    ///< mean of (h - μ_c)(h - μ_c)ᵀ, its upper triangle
  float *off, *all;  ///< scratch: [features] each

  void add(float const* h, std::size_t label) const noexcept {
    if (means.full(label)) return;
    float weight = 0;
    means.add(h, label, [&](std::size_t k, float o, float share) { off[k] = o, weight = share; });
    // a mean, not a sum: a long sum in a float would lose what is added to it
    auto const newest = static_cast<float>(1 / means.all_rows());
    if (means.all_rows() > static_cast<double>(nearest_rows)) return scatter_by_turns(weight);
    float* s = scatter;
    for (std::size_t i = 0; i < means.features; s += means.features - i, ++i) {
      float const x = weight * off[i];
      for (std::size_t j = i; j < means.features; ++j) s[j - i] += newest * (x * off[j] - s[j - i]);
    }
  }

  /// The head of discriminant::solve.
  /// @param factor  scratch: a triangle, that of the scatter itself where it is needed no more
  [[nodiscard]] bool solve(float* factor, float* weights, float* biases,
                           discriminant_options const& o) const noexcept {
    double const n = means.all_rows();
    if (!(n > 0)) return false;
    regularise(n, factor, o);
    if (!kernel::cholesky(means.features, factor)) return false;
    for (bool const write : {false, true}) {  // looks whether all is finite first
      for (std::size_t c = 0; c < means.classes; ++c) {
        auto const b = static_cast<float>(o.confidence * column(n, factor, c));
        auto const a = static_cast<float>(o.confidence);
        bool finite = std::isfinite(b);
        for (std::size_t k = 0; k < means.features; ++k) {
          finite = finite && std::isfinite(a * off[k]);
          if (write) weights[k * means.classes + c] = a * off[k];
        }
        if (write) biases[c] = b;
        if (!finite) return false;
      }
    }
    return true;
  }

 private:
  /// The same for one of many rows.
  [[gnu::noinline]] void scatter_by_turns(float weight) const noexcept {
    double const n = means.all_rows();
    float* s = scatter;
    for (std::size_t i = 0; i < means.features; ++i) {
      double const x = static_cast<double>(weight) * static_cast<double>(off[i]);
      for (std::size_t j = i; j < means.features; ++j, ++s) {
        double const before = static_cast<double>(*s);
        *s = rounded_by_turns(before + (x * static_cast<double>(off[j]) - before) / n,
                              static_cast<std::uint32_t>(n));
      }
    }
  }
  /// off ← w_c; returns b_c.
  [[nodiscard]] double column(double n, float const* factor, std::size_t c) const noexcept {
    double b = means.log_prior(c, n);
    float const* const mean = means.mean(c);
    bool const known = means.rows[c] > 0;
    for (std::size_t k = 0; k < means.features; ++k) off[k] = known ? mean[k] - all[k] : 0;
    if (!known) return b;
    kernel::cholesky_solve(means.features, factor, off);
    for (std::size_t k = 0; k < means.features; ++k)
      b -= 0.5 * static_cast<double>(off[k]) *
           (static_cast<double>(mean[k]) + static_cast<double>(all[k]));
    return b;
  }
  /// all ← μ, factor ← Σ'.
  void regularise(double n, float* factor, discriminant_options const& o) const noexcept {
    std::size_t const features = means.features;
    double within = 0;
    for (std::size_t k = 0; k < features; ++k) {
      all[k] = static_cast<float>(means.mean_of_all(k, n));
      within += static_cast<double>(scatter[kernel::triangle_row(features, k)]);
    }
    auto const f = static_cast<double>(features);
    double const share = o.shrinkage * f / (n + o.shrinkage * f);
    double const scale = means.scale(within / f, n);
    auto const kept = static_cast<float>(1 - share);
    for (std::size_t i = 0; i < kernel::triangle_size(features); ++i) factor[i] = scatter[i] * kept;
    for (std::size_t k = 0; k < features; ++k)
      factor[kernel::triangle_row(features, k)] += static_cast<float>((share + 1e-3) * scale);
  }
};

}  // namespace detail

/// Class means and the covariance within classes of rows that come one after the other, and the
/// linear discriminant they make [Fisher 1936; Hastie et al. 2009, sec. 4.3].
///
/// With n_c rows of class c of mean μ_c, n in all of mean μ, and Σ = (1/n) Σ (h - μ_c)(h - μ_c)ᵀ
///     Σ' = (1 - λ) Σ + (λ + 1e-3) t I,  λ = sF / (n + sF),
///     t = max(tr Σ / F, mean² of μ_c - μ / 20, mean² of μ's last digit),
///     w_c = Σ'⁻¹ (μ_c - μ),   b_c = ln((n_c + ½) / (n + C/2)) - w_cᵀ(μ_c + μ)/2
/// Rows are counted in by Welford's recurrence and never kept: the memory is sizeof, whatever their
/// number, and more may be added at any time; of a class 2^24, and more change nothing. A class
/// without rows gets w = 0 and a bias 3 below the prior of none. Describes itself
/// (core/record.hpp). Allocates nothing.
template <std::size_t Features, std::size_t Classes>
class discriminant {
  static_assert(Features > 0 && Classes > 0,
                "halo: discriminant: at least one feature and one class");

 public:
  static constexpr std::size_t features = Features, classes = Classes;  ///< template arguments

  /// Counts a row in; rows with numbers that are not finite, or above 1e15, are left out.
  /// @param h      Features numbers
  /// @param label  below Classes
  void add(float const* h, std::size_t label) noexcept {
    HALO_EXPECTS(label < Classes, "discriminant: a label below the number of classes");
    if (label < Classes && detail::countable(Features, h)) sums().add(h, label);
  }

  /// Rows that were counted in.
  [[nodiscard]] std::size_t rows() const noexcept {
    return static_cast<std::size_t>(means().all_rows());
  }
  /// Those of one label, below classes.
  [[nodiscard]] std::size_t rows(std::size_t label) const noexcept {
    return static_cast<std::size_t>(rows_[label]);
  }
  /// The mean of a class, Features numbers.
  [[nodiscard]] std::span<float const> mean(std::size_t label) const noexcept {
    return {means().mean(label), Features};
  }

  /// Makes the head of all rows so far: outputs are h·W + b.
  ///
  /// @param weights  W [Features, Classes]
  /// @param biases   b [Classes]
  /// @return false, and nothing written, where there are no rows or the sums overflowed
  [[nodiscard]] bool solve(float* weights, float* biases,
                           discriminant_options const& o = {}) noexcept {
    return sums().solve(factor_.data(), weights, biases, o);
  }

  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", "discriminant");
    f.constant("features", Features);
    f.constant("classes", Classes);
    f.per_problem("rows", std::span(self.rows_), allowed::between(0, detail::most_rows));
    f.per_problem("means", self.means_.span(), allowed::between(-1e15, 1e15));
    f.per_problem("scatter", self.scatter_.span());
  }

 private:
  [[nodiscard]] detail::class_means<float const> means() const noexcept {
    return {Features, Classes, rows_.data(), means_.data()};
  }
  [[nodiscard]] detail::class_scatter sums() noexcept {
    return {{Features, Classes, rows_.data(), means_.data()},
            scatter_.data(),
            off_.data(),
            all_.data()};
  }

  std::array<float, Classes> rows_{};  ///< whole numbers
  aligned_array<float, Features * Classes> means_;
  aligned_array<float, kernel::triangle_size(Features)> scatter_;
  // scratch
  aligned_array<float, kernel::triangle_size(Features)> factor_;
  std::array<float, Features> off_{}, all_{};
};

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
