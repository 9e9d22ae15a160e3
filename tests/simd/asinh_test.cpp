// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/asinh.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <halo/core/bit_cast.hpp>
#include "support/numbers.hpp"

namespace simd_asinh_test {

namespace simd = halo::simd;
using support::machine;
using support::ulp_error;
using support::wide;

namespace {

/// Arguments of every size and sign, and many about 1.
template <class T>
std::vector<T> arguments() {
  std::vector<T> x;
  if constexpr (sizeof(T) == 4) {
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 8191)
      x.push_back(halo::core::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  } else {
    for (std::uint64_t i = 0; i < (std::uint64_t{1} << 17); ++i)
      x.push_back(halo::core::bit_cast<double>(i * 0x00007FFFFFFFFFE7U));
  }
  for (int i = -(1 << 16); i < (1 << 16); ++i) x.push_back(static_cast<T>(i) * T(0x1.0fp-14));
  return x;
}

}  // namespace

TEST_CASE_TEMPLATE("asinh keeps its error bound", M, machine<float, simd::default_arch>,
                   machine<float, simd::scalar>, machine<double, simd::default_arch>,
                   machine<double, simd::scalar>) {
  using T = typename M::value;
  using V = simd::batch<T, typename M::arch>;
  std::vector<T> const x = arguments<T>();
  double worst = 0;
  T where = 0;
  std::array<T, V::size> y;
  for (std::size_t i = 0; i + V::size <= x.size(); i += V::size) {
    asinh(V::load(x.data() + i)).store(y.data());
    for (std::size_t lane = 0; lane < V::size; ++lane) {
      double const error = ulp_error<T>(y[lane], std::asinh(static_cast<wide<T>>(x[i + lane])));
      if (error > worst) {
        worst = error;
        where = x[i + lane];
      }
    }
  }
  CAPTURE(where);
  CHECK(worst < 3.0);
}

TEST_CASE_TEMPLATE("asinh at the ends of the number line", M, machine<float, simd::default_arch>,
                   machine<float, simd::scalar>, machine<double, simd::default_arch>,
                   machine<double, simd::scalar>) {
  using T = typename M::value;
  using V = simd::batch<T, typename M::arch>;
  using limits = std::numeric_limits<T>;
  auto const at = [](T x) { return asinh(V(x)).get(V::size - 1); };
  CHECK(at(limits::infinity()) == limits::infinity());
  CHECK(at(-limits::infinity()) == -limits::infinity());
  CHECK(std::isnan(at(limits::quiet_NaN())));
  CHECK(at(T(0)) == 0);
  CHECK(!std::signbit(at(T(0))));
  CHECK(std::signbit(at(T(-0.0))));
  CHECK(at(limits::denorm_min()) == limits::denorm_min());
  CHECK(at(-limits::min()) == -limits::min());
  T const largest = sizeof(T) == 4 ? T(1e15) : T(1e120);  // two formulas meet here
  for (T const x : {std::nextafter(largest, T(0)), largest, std::nextafter(largest, limits::max()),
                    limits::max(), T(1), T(0.5)}) {
    CAPTURE(x);
    CHECK(ulp_error<T>(at(x), std::asinh(static_cast<wide<T>>(x))) < 3);
    CHECK(at(-x) == -at(x));
  }
}

TEST_CASE("asinh of one number is asinh of a register") {
  for (double const x : {-3.5, -1e-8, 0.25, 700.0}) {
    CHECK(simd::asinh(x) == asinh(simd::batch<double, simd::scalar>(x)).native);
    CHECK(simd::asinh(static_cast<float>(x)) == doctest::Approx(std::asinh(x)).epsilon(1e-6));
  }
}

}  // namespace simd_asinh_test
