// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <halo/core/record.hpp>
#include <halo/energy/pass.hpp>

namespace halo::energy {

/// A machine by five numbers [Williams et al. 2009, "Roofline"; Choi et al. 2013, "A roofline model
/// of energy"], which fit() finds from measurements of your own.
///
/// A pass takes max(operations / operations_per_second, bytes / bytes_per_second) seconds and
/// operations · joules_per_operation + bytes · joules_per_byte + seconds · idle_watts joules, where
/// a function is 8 operations and a number 4 bytes. The defaults are a small board's order of
/// magnitude: nothing to rely on.
struct roofline {
  double operations_per_second = 10e9;   ///< at most, while the data are at hand; above 0
  double bytes_per_second = 10e9;        ///< at most, between memory and processor; above 0
  double joules_per_operation = 50e-12;  ///< beyond the idle power, from 0
  double joules_per_byte = 150e-12;      ///< beyond the idle power, from 0
  double idle_watts = 1;  ///< that the machine takes while it works, whatever it does

  static constexpr char const* name = "roofline";
  static constexpr void record(auto& self, auto&& f) {
    f.constant("name", name);
    f.option("operations_per_second", self.operations_per_second, allowed::positive());
    f.option("bytes_per_second", self.bytes_per_second, allowed::positive());
    f.option("joules_per_operation", self.joules_per_operation, allowed::non_negative());
    f.option("joules_per_byte", self.joules_per_byte, allowed::non_negative());
    f.option("idle_watts", self.idle_watts, allowed::non_negative());
  }

  /// Operations of a piece of work: its multiply-adds, and 8 for each function.
  [[nodiscard]] static constexpr double operations(cost const& c) noexcept {
    return static_cast<double>(c.multiply_adds + 8 * c.functions);
  }
  /// Bytes that a piece of work moves: 4 for each number read or written.
  [[nodiscard]] static constexpr double bytes(cost const& c) noexcept {
    return static_cast<double>(c.moved(4));
  }
  /// Seconds of a piece of work.
  [[nodiscard]] constexpr double seconds(cost const& c) const noexcept {
    return std::max(operations(c) / operations_per_second, bytes(c) / bytes_per_second);
  }
  /// Joules of a piece of work.
  [[nodiscard]] constexpr double joules(cost const& c) const noexcept {
    return operations(c) * joules_per_operation + bytes(c) * joules_per_byte +
           seconds(c) * idle_watts;
  }
  /// Joules of a pass.
  [[nodiscard]] constexpr double joules(pass const& p) const noexcept { return joules(p.taken); }
};
static_assert(model<roofline>);

/// A piece of work as it was measured.
struct roofline_sample {
  cost taken;          ///< what it took, see energy::cost_of
  double seconds = 0;  ///< positive
  double joules = 0;   ///< of a meter, idle power included; 0: not measured
};

namespace detail {

/// The x_i >= 0 of least Σ (1 - Σ_i row_i x_i)² over the rows, of three unknowns.
[[nodiscard]] constexpr std::array<double, 3> least_squares(
    std::span<std::array<double, 3> const> rows) noexcept {
  std::array<std::array<double, 3>, 3> square{};
  std::array<double, 3> right{}, best{};
  double least = std::numeric_limits<double>::infinity();
  for (auto const& r : rows)
    for (std::size_t i = 0; i < 3; ++i) {
      right[i] += r[i];
      for (std::size_t j = 0; j < 3; ++j) square[i][j] += r[i] * r[j];
    }
  for (unsigned chosen = 1; chosen < 8; ++chosen) {  // which may differ from 0
    auto a = square;
    auto b = right;
    std::array<double, 3> x{};
    bool fits = true;
    for (std::size_t i = 0; i < 3; ++i)
      if ((chosen >> i & 1U) == 0) {
        for (std::size_t j = 0; j < 3; ++j) a[i][j] = a[j][i] = 0;
        a[i][i] = 1, b[i] = 0;
      }
    for (std::size_t i = 0; i < 3; ++i) {  // the matrix is symmetric, its pivots are not negative
      fits = fits && a[i][i] > 1e-12 * square[i][i] && a[i][i] > 0;
      for (std::size_t k = i + 1; fits && k < 3; ++k) {
        double const f = a[k][i] / a[i][i];
        for (std::size_t j = i; j < 3; ++j) a[k][j] -= f * a[i][j];
        b[k] -= f * b[i];
      }
    }
    for (std::size_t i = 3; fits && i-- > 0;) {
      x[i] = b[i];
      for (std::size_t j = i + 1; j < 3; ++j) x[i] -= a[i][j] * x[j];
      x[i] /= a[i][i];
      fits = x[i] >= 0;
    }
    if (!fits) continue;
    double off = 0;
    for (auto const& r : rows) {
      double const d = 1 - r[0] * x[0] - r[1] * x[1] - r[2] * x[2];
      off += d * d;
    }
    if (off < least) least = off, best = x;
  }
  return best;
}

/// The rate of least relative error of seconds = amount / rate where `bound` says so; 0 for none.
template <class Amount, class Bound>
[[nodiscard]] constexpr double rate_of(std::span<roofline_sample const> samples, Amount amount,
                                       Bound bound) noexcept {
  double first = 0, second = 0;
  for (roofline_sample const& s : samples) {
    if (!bound(s)) continue;
    double const r = amount(s.taken) / s.seconds;
    first += r, second += r * r;
  }
  return first > 0 ? second / first : 0;
}

}  // namespace detail

/// Seconds as measured: the two rates of least relative error. Joules where they were measured, up
/// to 64 samples: the other three numbers, none negative; else `watts` for every second and nothing
/// else. Takes samples of much and of little arithmetic for a byte, to tell them apart.
/// @pre  every sample takes some time and something
[[nodiscard]] constexpr roofline fit(std::span<roofline_sample const> samples,
                                     double watts = 1) noexcept {
  roofline m{.joules_per_operation = 0, .joules_per_byte = 0, .idle_watts = watts};
  m.operations_per_second = m.bytes_per_second = 0;
  for (roofline_sample const& s : samples) {  // no sample is faster than its roof
    m.operations_per_second =
        std::max(m.operations_per_second, roofline::operations(s.taken) / s.seconds);
    m.bytes_per_second = std::max(m.bytes_per_second, roofline::bytes(s.taken) / s.seconds);
  }
  for (int turn = 0; turn < 50; ++turn) {
    auto const computes = [&](roofline_sample const& s) {
      return roofline::operations(s.taken) / m.operations_per_second >=
             roofline::bytes(s.taken) / m.bytes_per_second;
    };
    double const o = detail::rate_of(samples, roofline::operations, computes);
    double const b = detail::rate_of(samples, roofline::bytes,
                                     [&](roofline_sample const& s) { return !computes(s); });
    if (o > 0) m.operations_per_second = o;
    if (b > 0) m.bytes_per_second = b;
  }
  std::array<std::array<double, 3>, 64> rows{};
  std::size_t n = 0;
  for (roofline_sample const& s : samples)
    if (s.joules > 0 && n < rows.size())
      rows[n++] = {roofline::operations(s.taken) / s.joules, roofline::bytes(s.taken) / s.joules,
                   s.seconds / s.joules};
  if (n == 0) return m;
  auto const x = detail::least_squares(std::span(rows).first(n));
  m.joules_per_operation = x[0], m.joules_per_byte = x[1], m.idle_watts = x[2];
  return m;
}

}  // namespace halo::energy

#include <halo/macros_back.hpp>
