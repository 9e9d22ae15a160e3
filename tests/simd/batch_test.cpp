// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/batch.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

#include "support/numbers.hpp"

namespace simd_batch_test {

namespace simd = halo::simd;
using simd::batch;

#define HALO_BATCHES \
  batch<float>, batch<double>, batch<float, simd::scalar>, batch<double, simd::scalar>

namespace {

/// A register from f(0), f(1), ...
template <class V, class F>
V lanes(F f) {
  std::array<typename V::value_type, V::size> x;
  for (std::size_t i = 0; i < V::size; ++i) x[i] = static_cast<typename V::value_type>(f(i));
  return V::load(x.data());
}

/// Which lanes of a mask are set.
template <class V>
std::vector<bool> set(typename V::mask m) {
  V const chosen = select(m, V(1), V(0));
  std::vector<bool> x;
  for (std::size_t i = 0; i < V::size; ++i) x.push_back(chosen.get(i) == 1);
  return x;
}

}  // namespace

TEST_CASE_TEMPLATE("arithmetic and comparison go lane by lane", V, HALO_BATCHES) {
  using T = typename V::value_type;
  V const a = lanes<V>([](std::size_t i) { return 2.0 + static_cast<double>(i); });
  V const b = lanes<V>([](std::size_t i) { return i % 2 == 0 ? 3.0 : -4.0; });
  for (std::size_t i = 0; i < V::size; ++i) {
    T const x = a.get(i);
    T const y = b.get(i);
    CHECK(x == T(2) + static_cast<T>(i));
    CHECK((a + b).get(i) == x + y);
    CHECK((a - b).get(i) == x - y);
    CHECK((a * b).get(i) == x * y);
    CHECK((a / b).get(i) == x / y);
    CHECK((-a).get(i) == -x);
    CHECK((a + T(1)).get(i) == x + T(1));
    CHECK((T(1) - a).get(i) == T(1) - x);
    CHECK(fma(a, b, a).get(i) == std::fma(x, y, x));
    CHECK(fnma(a, b, a).get(i) == std::fma(-x, y, x));
    CHECK(abs(b).get(i) == std::abs(y));
    CHECK(sqrt(a).get(i) == std::sqrt(x));
    CHECK(set<V>(a < b)[i] == (x < y));
    CHECK(set<V>(a <= a)[i]);
    CHECK(set<V>(a > b)[i] == (x > y));
    CHECK(set<V>(b >= V(3))[i] == (y >= 3));
    CHECK(set<V>(b == V(3))[i] == (y == 3));
    CHECK(set<V>(b != V(3))[i] == (y != 3));
    CHECK(set<V>(a < b || b < a)[i]);
    CHECK_FALSE(set<V>(a < b && b < a)[i]);
    CHECK(set<V>(!(a < b))[i] == !(x < y));
    CHECK(select(a > b, a, b).get(i) == (x > y ? x : y));
  }
  V c = a;
  c += b;
  c *= a;
  c -= b;
  c /= a;
  for (std::size_t i = 0; i < V::size; ++i)
    CHECK(c.get(i) == ((a.get(i) + b.get(i)) * a.get(i) - b.get(i)) / a.get(i));
}

TEST_CASE_TEMPLATE("the second operand of min and max decides where one is NaN", V, HALO_BATCHES) {
  using T = typename V::value_type;
  V const nan(std::numeric_limits<T>::quiet_NaN());
  V const one(1);
  CHECK(min(nan, one).get(0) == 1);
  CHECK(max(nan, one).get(0) == 1);
  CHECK(std::isnan(min(one, nan).get(V::size - 1)));
  CHECK(std::isnan(max(one, nan).get(V::size - 1)));
  CHECK(min(one, V(2)).get(0) == 1);
  CHECK(min(V(2), one).get(0) == 1);
  CHECK(max(one, V(2)).get(0) == 2);
  CHECK(max(V(2), one).get(0) == 2);
}

TEST_CASE_TEMPLATE("is_finite knows infinities and NaN", V, HALO_BATCHES) {
  using limits = std::numeric_limits<typename V::value_type>;
  CHECK(all(is_finite(V(limits::max()))));
  CHECK(all(is_finite(V(limits::denorm_min()))));
  CHECK_FALSE(any(is_finite(V(limits::infinity()))));
  CHECK_FALSE(any(is_finite(V(-limits::infinity()))));
  CHECK_FALSE(any(is_finite(V(limits::quiet_NaN()))));
}

TEST_CASE_TEMPLATE("negation and magnitude move the sign bit alone", V, HALO_BATCHES) {
  using T = typename V::value_type;
  CHECK(std::signbit((-V(0)).get(0)));
  CHECK_FALSE(std::signbit((-V(T(-0.0))).get(0)));
  CHECK_FALSE(std::signbit(abs(V(T(-0.0))).get(0)));
}

TEST_CASE_TEMPLATE("part of a register touches no more memory than its part", V, HALO_BATCHES) {
  using T = typename V::value_type;
  for (std::size_t n = 0; n < V::size; ++n) {
    std::vector<T> exact(n);  // a sanitizer sees one element too far
    for (std::size_t i = 0; i < n; ++i) exact[i] = static_cast<T>(i + 1);
    V const x = V::load_first(exact.data(), n);
    for (std::size_t i = 0; i < V::size; ++i) CHECK(x.get(i) == static_cast<T>(i < n ? i + 1 : 0));
    std::vector<T> target(V::size + 1, T(-7));
    V(5).store_first(target.data(), n);
    for (std::size_t i = 0; i <= V::size; ++i) CHECK(target[i] == static_cast<T>(i < n ? 5 : -7));
    V(6).store_first(exact.data(), n);
    for (T const e : exact) CHECK(e == T(6));
  }
}

TEST_CASE_TEMPLATE("sum and maximum of the lanes", V, HALO_BATCHES) {
  using T = typename V::value_type;
  for (std::size_t top = 0; top < V::size; ++top) {
    V const x = lanes<V>([top](std::size_t i) { return i == top ? -1 : -10; });
    CHECK(lane_max(x) == T(-1));
    CHECK(lane_sum(x) == T(-1) - T(10) * static_cast<T>(V::size - 1));
  }
}

TEST_CASE_TEMPLATE("constants of formulas take the precision of the lanes", V, HALO_BATCHES) {
  using T = typename V::value_type;
  static_assert(!std::is_convertible_v<double, batch<float>> ||
                std::is_convertible_v<double, float>);
  CHECK(V(0.1).get(0) == static_cast<T>(0.1));
  CHECK(V(3).get(0) == T(3));
  CHECK(V(0.25F).get(0) == T(0.25));
}

TEST_CASE_TEMPLATE("the bits of the lanes pass through", V, HALO_BATCHES) {
  V const x = lanes<V>([](std::size_t i) { return -1.5 - static_cast<double>(i); });
  V const same = V::from_words(x, x, [](auto a, auto b) { return (a & b) | a; });
  V const zero = V::from_words(x, x, [](auto a, auto b) { return a - b; });
  for (std::size_t i = 0; i < V::size; ++i) {
    CHECK(same.get(i) == x.get(i));
    CHECK(zero.get(i) == 0);
  }
}

TEST_CASE_TEMPLATE("quotients and roots are rounded once", V, HALO_BATCHES) {
  using T = typename V::value_type;
  T const inf = std::numeric_limits<T>::infinity();
  std::vector<T> const over = support::numbers<T>(200, 1, 1e3);
  std::vector<T> const under = support::numbers<T>(200, 2, 7);
  for (std::size_t i = 0; i < over.size(); ++i) {
    CHECK((V(over[i]) / V(under[i])).get(0) == over[i] / under[i]);
    CHECK(sqrt(V(std::abs(over[i]))).get(0) == std::sqrt(std::abs(over[i])));
  }
  CHECK((V(T(3e38)) / V(T(2e38))).get(V::size - 1) == T(3e38) / T(2e38));
  CHECK((V(T(1e-40)) / V(T(1e-40))).get(0) == T(1));
  CHECK((V(T(1)) / V(T(0))).get(0) == inf);
  CHECK(sqrt(V(inf)).get(0) == inf);
  CHECK(sqrt(V(T(0))).get(0) == T(0));
}

}  // namespace simd_batch_test
