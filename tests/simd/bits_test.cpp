// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/bits.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <halo/core/bit_cast.hpp>
#include "support/numbers.hpp"

namespace simd_bits_test {

namespace simd = halo::simd;
using simd::batch;

TEST_CASE_TEMPLATE("operations on the bits of the lanes", V, batch<float>, batch<double>,
                   batch<float, simd::scalar>, batch<double, simd::scalar>) {
  using T = typename V::value_type;
  using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  auto const a_of = [](T x) { return halo::core::bit_cast<word>(x); };
  auto const xs = support::numbers<T>(V::size, 1, 100);
  auto const ys = support::numbers<T>(V::size, 2, 100);
  V const x = V::load(xs.data());
  V const y = V::load(ys.data());
  for (std::size_t i = 0; i < V::size; ++i) {
    word const a = a_of(xs[i]);
    word const b = a_of(ys[i]);
    CHECK(a_of(bits_and(x, y).get(i)) == (a & b));
    CHECK(a_of(bits_or(x, y).get(i)) == (a | b));
    CHECK(a_of(bits_sum(x, y).get(i)) == static_cast<word>(a + b));
    CHECK(a_of(bits_difference(x, y).get(i)) == static_cast<word>(a - b));
    CHECK(a_of(bits_left(x, 3).get(i)) == static_cast<word>(a << 3));
    CHECK(a_of(bits_right(x, 5).get(i)) == a >> 5);  // zeros follow, also for negative numbers
    CHECK(copysign(x, y).get(i) == std::copysign(xs[i], ys[i]));
  }
  T const nan = std::numeric_limits<T>::quiet_NaN();
  CHECK(std::signbit(copysign(V(nan), V(T(-0.0))).get(0)));
  CHECK_FALSE(std::signbit(copysign(V(T(-0.0)), V(T(1))).get(0)));
  CHECK(copysign(V(std::numeric_limits<T>::infinity()), V(-1)).get(0) ==
        -std::numeric_limits<T>::infinity());
}

}  // namespace simd_bits_test
