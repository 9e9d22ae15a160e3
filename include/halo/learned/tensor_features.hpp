// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <halo/core/portable.hpp>
#include <halo/learned/program.hpp>

// What a tensor-wise RNN sees. In double: once a tensor and step, free of overflow for all
// gradients that an optimizer accepts, and never differentiated.

namespace halo::learned {

/// Running means of the log-loss over 10, 100 and 1000 steps; the first step starts them.
struct loss_trend {
  double now = 0;                ///< ln(loss + 1e-4) of this step
  std::array<double, 3> mean{};  ///< over 10, 100 and 1000 steps

  /// mean_k ← β_k mean_k + (1 - β_k) ln(loss + 1e-4), β = 0.9, 0.99, 0.999.
  void add(double loss, bool first) noexcept {
    now = core::portable_log(std::clamp(loss, 0.0, 1e30) + 1e-4);
    constexpr std::array<double, 3> keep{0.9, 0.99, 0.999};
    for (std::size_t k = 0; k < 3; ++k)
      mean[k] = first ? now : keep[k] * mean[k] + (1 - keep[k]) * now;
  }
};

/// What a coordinate reports, and its means over a tensor: squares of g, of its running means over
/// about 10 and 100 steps and of θ; running means of g² over 100 and 1000; products; u is the last
/// update. Running means are bias-corrected here.
struct tensor_statistics {
  /// Which of them, in the order of the report.
  enum number : std::size_t {
    gradient,
    momentum_10,
    momentum_100,
    second_100,
    second_1000,
    parameter,
    momentum_by_gradient,
    gradient_by_update,
    update,
    momentum_by_update,
    count
  };
  std::array<double, count> mean{};  ///< each over the elements of a tensor

  [[nodiscard]] double operator[](number k) const noexcept { return mean[k]; }
};

namespace detail {

/// ab / √(a² b²), 0 where that is no number.
[[nodiscard]] inline double cosine(double product, double a, double b) noexcept {
  double const c = product / std::sqrt(a * b + 1e-30);
  return std::isfinite(c) ? std::clamp(c, -1.0, 1.0) : 0.0;
}

}  // namespace detail

/// Numbers that tell how training goes, whatever the scale of gradients and parameters.
///
/// 0-2: signal to noise of g and its two means, (ln(m²/v + 1e-6) within [-14, 3])/4 + ½;
/// 3-5: cosines of m₁₀ and g, g and u, m₁₀₀ and u;  6: 0.3 ln(v₁₀₀/v₁₀₀₀);  7: 0.1 ln(θ² + 1e-8);
/// 8: ln(elements)/4 - 1;  9: is a bias;  10-12: ln t/4 - 1, e^(-t/30), e^(-t/300);
/// 13-15: 0.3 ℓ₁₀, ℓ₁₀ - ℓ₁₀₀, 0.3(ℓ - ℓ₁₀).
/// Where there are 21, the others are  16: ln(N/5000)/4, 0 where N is unknown;  17: ln of the share
/// of steps that selected the tensor;  18: e^(-t/3000);  19: ℓ₁₀₀ - ℓ₁₀₀₀;  20: 0.1 ln(u²/θ²).
/// A step without updates or gradients has finite features too.
template <std::size_t N>
void tensor_features(tensor_statistics const& s, facts<double> const& f, loss_trend const& loss,
                     double* x) noexcept {
  static_assert(N == 16 || N == 21);
  constexpr double tiny = 1e-20, huge = 1e300;
  auto const signal = [&](double square) {
    return std::clamp(core::portable_log(square / (s[s.second_1000] + tiny) + 1e-6), -14.0, 3.0) *
               0.25 +
           0.5;
  };
  double const t = f.step, parameter = std::min(s[s.parameter], huge);
  x[0] = signal(s[s.gradient]);
  x[1] = signal(s[s.momentum_10]);
  x[2] = signal(s[s.momentum_100]);
  x[3] = detail::cosine(s[s.momentum_by_gradient], s[s.momentum_10], s[s.gradient]);
  x[4] = detail::cosine(s[s.gradient_by_update], s[s.gradient], s[s.update]);
  x[5] = detail::cosine(s[s.momentum_by_update], s[s.momentum_100], s[s.update]);
  x[6] = 0.3 * std::clamp(core::portable_log((s[s.second_100] + tiny) / (s[s.second_1000] + tiny)),
                          -6.0, 6.0);
  x[7] = 0.1 * core::portable_log(parameter + 1e-8);
  x[8] = core::portable_log(f.elements) / 4 - 1;
  x[9] = f.bias ? 1 : 0;
  x[10] = core::portable_log(t) / 4 - 1;
  x[11] = core::portable_exp(-t / 30);
  x[12] = core::portable_exp(-t / 300);
  x[13] = 0.3 * loss.mean[0];
  x[14] = std::clamp(loss.mean[0] - loss.mean[1], -3.0, 3.0);
  x[15] = 0.3 * std::clamp(loss.now - loss.mean[0], -3.0, 3.0);
  if constexpr (N == 21) {
    x[16] = f.rows > 0 ? 0.25 * core::portable_log(f.rows / 5000) : 0.0;
    x[17] = core::portable_log(std::min(f.own_step / t, 1.0));
    x[18] = core::portable_exp(-t / 3000);
    x[19] = std::clamp(loss.mean[1] - loss.mean[2], -3.0, 3.0);
    x[20] = 0.1 * core::portable_log((std::min(s[s.update], huge) + tiny) / (parameter + 1e-8));
  }
}

}  // namespace halo::learned

#include <halo/macros_back.hpp>
