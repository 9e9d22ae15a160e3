// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cmath>
#include <cstddef>

#include <halo/autodiff/scalar.hpp>
#include <halo/learned/hierarchical_options.hpp>
#include <halo/learned/number.hpp>
#include <halo/simd/fast.hpp>

namespace halo::learned {

/// A log-rate within ±33, where the derivative stays 1 beyond (straight through), as in the
/// released code.
template <class V>
[[nodiscard]] inline V limited_log_rate(V const& l) {
  if constexpr (requires { l.is_constant(); })
    return l + (limited_log_rate(l.value()) - l.value());
  else
    return min(max(l, as_number<V>(-33)), as_number<V>(33));
}

/// Averages of a gradient over several lengths of time, and what the hierarchical RNN sees of them.
///
/// d_s = d^(2^-s);  G_s ← d_s G_s + (1-d_s) g,  V_s ← v V_s + (1-v)(G_s² + 1e-12),
/// x = [asinh(G_s/√(V_s+1e-16)), neighbours' products, ln(V_s+1e-16) - mean_r ln(V_r+1e-16)].
/// d = v = 0 in a coordinate's first step, which so uses no history.
///
/// @param big_g, big_v  G and V, O.scales each, in place
/// @param x             scales [+ scales - 1] [+ scales], written
template <hierarchical_options O, class V>
[[gnu::always_inline]] inline void gradient_features(V const& g, V d, V v, V* big_g, V* big_v,
                                                     V* x) {
  using autodiff::fma;
  using simd::fast_asinh;
  using simd::fast_inverse_sqrt;
  using simd::fast_log;
  using std::sqrt;
  constexpr std::size_t scales = O.scales;
  V const tiny = as_number<V>(1e-16);
  std::array<V, scales> logs;
  V mean = as_number<V>(0);
  for (std::size_t s = 0; s < scales; ++s) {
    if (s > 0) d = sqrt(d);
    if (O.every_scale_decays && s > 0) v = sqrt(v);
    big_g[s] = fma(d, big_g[s] - g, g);
    V const square = fma(big_g[s], big_g[s], as_number<V>(1e-12));
    big_v[s] = fma(v, big_v[s] - square, square);
    V const safe = big_v[s] + tiny;
    x[s] = fast_asinh(big_g[s] * fast_inverse_sqrt(safe));
    if constexpr (O.log_means) {
      logs[s] = fast_log(safe);
      mean = mean + logs[s];
    }
  }
  std::size_t at = scales;
  if constexpr (O.products) {
    for (std::size_t s = 0; s + 1 < scales; ++s) x[at++] = x[s] * x[s + 1];
  }
  if constexpr (O.log_means) {
    mean = mean * as_number<V>(1.0 / static_cast<double>(scales));
    for (std::size_t s = 0; s < scales; ++s) x[at++] = logs[s] - mean;
  }
}

/// What it sees of its rate, behind these: l - mean l; how far e^l is above 1 or below 1e-6 (0
/// between); l - ln 1e-3. Each where the options say so.
template <hierarchical_options O, class V>
void rate_features(V const& l, V const& mean, V* x) {
  std::size_t at = O.features();
  V const zero = as_number<V>(0);
  if constexpr (O.absolute_rate) x[--at] = l - as_number<V>(-6.9077552789821371);
  if constexpr (O.extreme_rate)
    x[--at] = max(l, zero) - max(as_number<V>(-13.815510557964274) - l, zero);
  if constexpr (O.relative_rate) x[--at] = l - mean;
}

}  // namespace halo::learned

#include <halo/macros_back.hpp>
