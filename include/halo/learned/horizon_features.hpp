// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>

#include <halo/core/portable.hpp>
#include <halo/learned/facts.hpp>
#include <halo/learned/number.hpp>
#include <halo/simd/math.hpp>

// What a rule that knows its horizon reads off a run: logarithms of time, rows and loss, bounded.

namespace halo::learned::detail {

/// Where a run stands: T, as far as it is known, t and 1 - t/T.
struct run_time {
  double steps, over, left, told;
};
template <class T>
[[nodiscard]] run_time time_of(facts<T> const& f) noexcept {
  auto const all = static_cast<double>(f.horizon), over = static_cast<double>(f.elapsed);
  if (over < all) return {all, over, 1 - over / all, 1};
  double const t = static_cast<double>(f.step) - 1;
  return {std::max(30.0, 3 * (t + 1)), t, 2.0 / 3, 0};
}
/// τ = ln(T/30), T at most 1e5.
template <class Z>
[[nodiscard]] Z log_horizon(run_time const& t) noexcept {
  return as_number<Z>(core::portable_log(std::clamp(t.steps, 1.0, 1e5) / 30));
}
/// ν = ln(n/50), n from 5 to 5000.
template <class Z, class T>
[[nodiscard]] Z log_rows(facts<T> const& f) noexcept {
  double const n = f.rows > 0 ? static_cast<double>(f.rows) : 50;
  return as_number<Z>(core::portable_log(std::clamp(n, 5.0, 5000.0) / 50));
}

/// The loss in units of its baseline.
template <class T>
[[nodiscard]] double relative_loss(facts<T> const& f) noexcept {
  double const unit = f.baseline > 0 ? static_cast<double>(f.baseline) : 1;
  return std::clamp(static_cast<double>(f.loss) / unit, -1e30, 1e30);
}
/// Whether losses of before say nothing of this run: at its first step where it knows its horizon,
/// at the first of all otherwise, and where layers were replaced, for what is kept is 0 then.
template <class T, class Z>
[[nodiscard]] bool losses_begin(facts<T> const& f, Z const& kept) noexcept {
  return f.step == 1 || (f.horizon > 0 && f.elapsed == 0) || value_of(kept) == 0;
}
/// L, after what it was before.
template <class T, class Z>
[[nodiscard]] double running_loss(facts<T> const& f, Z const& before) noexcept {
  double const now = relative_loss(f);
  return losses_begin(f, before) ? now : 0.8 * value_of(before) + 0.2 * now;
}
/// The loss of the run's first step.
template <class T, class Z>
[[nodiscard]] double first_loss(facts<T> const& f, Z const& kept) noexcept {
  return losses_begin(f, kept) ? relative_loss(f) : value_of(kept);
}
[[nodiscard]] inline double log_loss(double loss) noexcept {
  return core::portable_log(std::clamp(loss, 1e-3, 10.0));
}

/// z between two numbers; a constant beyond them.
template <class Z>
[[nodiscard]] Z clipped(Z const& z, double low, double high) {
  double const x = value_of(z);
  return x < low ? as_number<Z>(low) : x > high ? as_number<Z>(high) : z;
}
/// x^n of a running mean's factor 0 < x < 1.
template <class Z, class T>
[[nodiscard]] Z power(Z const& x, T n) {
  using simd::exp, simd::log;
  return exp(log(x) * as_number<Z>(static_cast<double>(n)));
}

}  // namespace halo::learned::detail

#include <halo/macros_back.hpp>
