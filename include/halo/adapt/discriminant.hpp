// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <halo/core/aligned.hpp>
#include <halo/core/assert.hpp>
#include <halo/core/record.hpp>
#include <halo/kernel/cholesky.hpp>

namespace halo::adapt {

/// How a head is made of class means.
struct discriminant_options {
  /// s: the covariance is drawn towards a multiple of the identity by the share sF / (n + sF)
  double shrinkage = 0.3;
  /// outputs are multiplied by it: few rows make a discriminant surer than it should be, and a loss
  /// in which every row counts as learned teaches nothing
  double confidence = 0.3;
  static constexpr void record(auto& self, auto&& f) {
    f.option("shrinkage", self.shrinkage, allowed::non_negative());
    f.option("confidence", self.confidence, allowed::positive());
  }
};

/// Class means and the covariance within classes of rows that come one after the other, and the
/// linear discriminant they make [Fisher 1936; Hastie et al. 2009, sec. 4.3].
///
/// With n_c rows of class c of mean μ_c, n in all of mean μ, and Σ = (1/n) Σ (h - μ_c)(h - μ_c)ᵀ
///     Σ' = (1 - λ) Σ + (λ + 1e-3) t I,  λ = sF / (n + sF),  t = max(tr Σ / F, mean² of μ_c - μ /
///     20) w_c = Σ'⁻¹ (μ_c - μ),   b_c = -w_cᵀ(μ_c + μ)/2 + ln((n_c + ½) / (n + C/2))
/// Rows are counted in by Welford's recurrence and never kept: the memory is sizeof, whatever their
/// number, and more may be added at any time. A class without rows gets w = 0 and a bias 3 below
/// the prior of none. Allocates nothing.
template <std::size_t Features, std::size_t Classes>
class discriminant {
 public:
  /// Counts a row in; rows with numbers that are not finite are left out.
  /// @param h      Features numbers
  /// @param label  below Classes
  void add(float const* h, std::size_t label) noexcept {
    HALO_EXPECTS(label < Classes, "discriminant: a label below the number of classes");
    for (std::size_t k = 0; k < Features; ++k)
      if (!(std::abs(h[k]) <= 1e15F)) return;
    float const n = static_cast<float>(++rows_[label]);
    float* const mean = means_.data() + label * Features;
    for (std::size_t k = 0; k < Features; ++k) off_[k] = h[k] - mean[k];
    for (std::size_t k = 0; k < Features; ++k) mean[k] += off_[k] / n;
    float const share = (n - 1) / n;
    float* scatter = scatter_.data();
    for (std::size_t i = 0; i < Features; ++i) {
      float const x = share * off_[i];
      for (std::size_t j = 0; j <= i; ++j) *scatter++ += x * off_[j];
    }
  }

  [[nodiscard]] std::uint64_t rows() const noexcept {
    std::uint64_t n = 0;
    for (std::uint64_t const of_class : rows_) n += of_class;
    return n;
  }
  [[nodiscard]] std::uint64_t rows(std::size_t label) const noexcept { return rows_[label]; }
  /// The mean of a class, Features numbers.
  [[nodiscard]] std::span<float const> mean(std::size_t label) const noexcept {
    return {means_.data() + label * Features, Features};
  }

  /// Makes the head of all rows so far: outputs are h·W + b.
  ///
  /// @param weights  W [Features, Classes]
  /// @param biases   b [Classes]
  /// @return false, and nothing written, where there are no rows or the sums overflowed
  [[nodiscard]] bool solve(float* weights, float* biases,
                           discriminant_options const& o = {}) noexcept {
    auto const n = static_cast<double>(rows());
    if (n == 0) return false;
    std::copy_n(scatter_.data(), scatter_.size(), factor_.data());
    regularise(n, o);
    if (!kernel::cholesky(Features, factor_.data())) return false;
    for (std::size_t c = 0; c < Classes; ++c) {
      auto const of_class = static_cast<double>(rows_[c]);
      double b = std::log((of_class + 0.5) / (n + 0.5 * static_cast<double>(Classes)));
      if (rows_[c] == 0) {
        off_.fill(0);
        b -= 3;
      } else {
        for (std::size_t k = 0; k < Features; ++k) off_[k] = mean(c)[k] - all_[k];
        kernel::cholesky_solve(Features, factor_.data(), off_.data());
        for (std::size_t k = 0; k < Features; ++k)
          b -= 0.5 * static_cast<double>(off_[k]) *
               (static_cast<double>(mean(c)[k]) + static_cast<double>(all_[k]));
      }
      for (std::size_t k = 0; k < Features; ++k)
        weights[k * Classes + c] = static_cast<float>(o.confidence) * off_[k];
      biases[c] = static_cast<float>(o.confidence * b);
    }
    return true;
  }

  static constexpr void record(auto& self, auto&& f) {
    f.per_problem("rows", std::span(self.rows_));
    f.per_problem("means", self.means_.span());
    f.per_problem("scatter", self.scatter_.span());
  }

 private:
  /// The mean of all rows, and factor_ ← Σ'.
  void regularise(double n, discriminant_options const& o) noexcept {
    all_.fill(0);
    for (std::size_t c = 0; c < Classes; ++c) {
      auto const share = static_cast<float>(static_cast<double>(rows_[c]) / n);
      for (std::size_t k = 0; k < Features; ++k) all_[k] += share * mean(c)[k];
    }
    double within = 0, between = 0;
    auto const features = static_cast<double>(Features);
    for (std::size_t k = 0; k < Features; ++k) {
      within += static_cast<double>(factor_[k * (k + 1) / 2 + k]) / n / features;
      for (std::size_t c = 0; c < Classes; ++c) {
        auto const off = static_cast<double>(mean(c)[k] - all_[k]);
        between += static_cast<double>(rows_[c]) / n * off * off / features;
      }
    }
    double const scale = std::max({within, between / 20, 1e-30});
    double const share = o.shrinkage * features / (n + o.shrinkage * features);
    for (float& x : factor_.span()) x *= static_cast<float>((1 - share) / n);
    for (std::size_t k = 0; k < Features; ++k)
      factor_[k * (k + 1) / 2 + k] += static_cast<float>((share + 1e-3) * scale);
  }

  std::array<std::uint64_t, Classes> rows_{};
  aligned_array<float, Features * Classes> means_;
  aligned_array<float, kernel::triangle_size(Features)> scatter_;  ///< Σ (h - μ_c)(h - μ_c)ᵀ
  // scratch
  aligned_array<float, kernel::triangle_size(Features)> factor_;
  std::array<float, Features> off_{}, all_{};
};

}  // namespace halo::adapt
