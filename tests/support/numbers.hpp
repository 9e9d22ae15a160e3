// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/simd/batch.hpp>

/// Scalar types and architectures for typed tests: TEST_CASE_TEMPLATE("...", M, HALO_MACHINES).
#define HALO_MACHINES                                                                             \
  support::machine<float, halo::simd::default_arch>, support::machine<float, halo::simd::scalar>, \
      support::machine<double, halo::simd::default_arch>,                                         \
      support::machine<double, halo::simd::scalar>

namespace support {

using namespace halo;

/// A type for doctest's typed tests: scalar type and architecture.
template <class T, class Arch>
struct machine {
  using value = T;
  using arch = Arch;
};

/// Reference precision for tests of T: wider than T on x86.
template <class T>
using wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;

/// Distance of got from the exact value, in units in the last place of T at the exact value.
///
/// 0 where both overflow alike or are both NaN, infinity where only one does.
template <class T>
[[nodiscard]] double ulp_error(T got, wide<T> exact) {
  T const rounded = static_cast<T>(exact);
  if (std::isnan(exact) || std::isnan(got))
    return std::isnan(exact) && std::isnan(got) ? 0.0 : std::numeric_limits<double>::infinity();
  if (std::isinf(rounded) || std::isinf(got))
    return rounded == got ? 0.0 : std::numeric_limits<double>::infinity();
  using limits = std::numeric_limits<T>;
  int exponent = 0;
  static_cast<void>(std::frexp(exact, &exponent));
  int const last = std::max(exponent - limits::digits, limits::min_exponent - limits::digits);
  return static_cast<double>(std::abs(static_cast<wide<T>>(got) - exact) /
                             std::ldexp(wide<T>(1), last));
}

/// n numbers of about [-spread, spread], the same on every machine.
template <class T>
[[nodiscard]] std::vector<T> numbers(std::size_t n, std::uint64_t stream, double spread = 1) {
  generator g(seed{2020}, stream);
  std::vector<T> x(n);
  for (T& e : x) {
    double const u = static_cast<double>(g.bits()) * 0x1p-31 - 1;
    e = static_cast<T>(u * spread);
  }
  return x;
}

/// The same in double.
template <class T>
[[nodiscard]] std::vector<double> widen(std::vector<T> const& x) {
  return std::vector<double>(x.begin(), x.end());
}

/// Largest |a - b| / (1 + |b|); infinity where a NaN meets a number.
template <class T>
[[nodiscard]] double distance(std::vector<T> const& a, std::vector<double> const& b) {
  double most = a.size() == b.size() ? 0 : std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    double const x = static_cast<double>(a[i]);
    double const off =
        std::isnan(x) && std::isnan(b[i]) ? 0 : std::abs(x - b[i]) / (1 + std::abs(b[i]));
    most = off <= most ? most : std::isnan(off) ? std::numeric_limits<double>::infinity() : off;
  }
  return most;
}

/// What rounding may cost a sum of a few hundred terms of size one.
template <class T>
inline constexpr double tolerance = std::is_same_v<T, float> ? 2e-5 : 1e-13;

/// Sizes below, on and over one and several registers of up to 16 lanes.
inline constexpr std::size_t sizes[] = {0,  1,  2,  3,  4,  5,  7,  8,  9,
                                        15, 16, 17, 31, 32, 33, 64, 65, 130};

}  // namespace support
