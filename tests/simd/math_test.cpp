// SPDX-License-Identifier: BSD-3-Clause
#include <halo/simd/math.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <halo/core/bit_cast.hpp>
#include "support/numbers.hpp"

namespace simd_math_test {

namespace simd = halo::simd;
using support::ulp_error;
using support::wide;

namespace {

constexpr auto call_exp = [](auto x) { return exp(x); };
constexpr auto call_log = [](auto x) { return log(x); };
constexpr auto call_tanh = [](auto x) { return tanh(x); };
constexpr auto call_sigmoid = [](auto x) { return sigmoid(x); };

constexpr auto exact_exp = [](auto x) { return std::exp(x); };
constexpr auto exact_log = [](auto x) { return std::log(x); };
constexpr auto exact_tanh = [](auto x) { return std::tanh(x); };
constexpr auto exact_sigmoid = [](auto x) {
  auto const e = std::exp(-std::abs(x));
  return (x < 0 ? e : decltype(x)(1)) / (1 + e);
};

/// Arguments of every size and sign, NaN and infinity included; 2^16 and a half million.
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
  for (int i = -(1 << 16); i < (1 << 16); ++i) x.push_back(static_cast<T>(i) * T(0x1.0fp-9));
  for (int i = 0; i < (1 << 15); ++i) x.push_back(T(0.4) + static_cast<T>(i) * T(0x1.1p-14));
  return x;
}

/// Largest error of f over the arguments, in ulp; where it happens.
template <class Machine, class F, class Exact>
double worst_error(F f, Exact exact, typename Machine::value& where) {
  using T = typename Machine::value;
  using V = simd::batch<T, typename Machine::arch>;
  std::vector<T> const x = arguments<T>();
  double worst = 0;
  std::array<T, V::size> y;
  for (std::size_t i = 0; i + V::size <= x.size(); i += V::size) {
    f(V::load(x.data() + i)).store(y.data());
    for (std::size_t lane = 0; lane < V::size; ++lane) {
      double const error = ulp_error<T>(y[lane], exact(static_cast<wide<T>>(x[i + lane])));
      if (error > worst) {
        worst = error;
        where = x[i + lane];
      }
    }
  }
  return worst;
}

template <class Machine, class F>
typename Machine::value at(F f, typename Machine::value x) {
  using V = simd::batch<typename Machine::value, typename Machine::arch>;
  return f(V(x)).get(V::size - 1);
}

}  // namespace

TEST_CASE_TEMPLATE("the functions keep their error bounds", M, HALO_MACHINES) {
  typename M::value where = 0;
  double error = worst_error<M>(call_exp, exact_exp, where);
  INFO("at ", where);
  CHECK(error < 1.1);
  error = worst_error<M>(call_log, exact_log, where);
  CHECK(error < 1.0);
  error = worst_error<M>(call_tanh, exact_tanh, where);
  CHECK(error < 1.5);
  error = worst_error<M>(call_sigmoid, exact_sigmoid, where);
  CHECK(error < 2.0);
}

TEST_CASE_TEMPLATE("the functions at the ends of the number line", M, HALO_MACHINES) {
  using T = typename M::value;
  using limits = std::numeric_limits<T>;
  constexpr T infinity = limits::infinity();
  constexpr T nan = limits::quiet_NaN();

  CHECK(std::isnan(at<M>(call_exp, nan)));
  CHECK(at<M>(call_exp, infinity) == infinity);
  CHECK(at<M>(call_exp, -infinity) == 0);
  CHECK(at<M>(call_exp, limits::max()) == infinity);
  CHECK(at<M>(call_exp, limits::lowest()) == 0);
  CHECK(at<M>(call_exp, T(0)) == 1);
  CHECK(at<M>(call_exp, T(-0.0)) == 1);
  CHECK(at<M>(call_exp, limits::denorm_min()) == 1);
  T const top = std::nextafter(static_cast<T>(std::log(static_cast<wide<T>>(limits::max()))), T(0));
  CHECK(std::isfinite(at<M>(call_exp, top)));
  CHECK(at<M>(call_exp, top + T(0.001)) == infinity);
  T const bottom = static_cast<T>(std::log(static_cast<wide<T>>(limits::denorm_min())));
  CHECK(at<M>(call_exp, bottom) == limits::denorm_min());
  CHECK(at<M>(call_exp, bottom - T(0.7)) == 0);

  CHECK(std::isnan(at<M>(call_log, nan)));
  CHECK(std::isnan(at<M>(call_log, T(-1))));
  CHECK(std::isnan(at<M>(call_log, -infinity)));
  CHECK(std::isnan(at<M>(call_log, -limits::denorm_min())));
  CHECK(at<M>(call_log, T(0)) == -infinity);
  CHECK(at<M>(call_log, T(-0.0)) == -infinity);
  CHECK(at<M>(call_log, infinity) == infinity);
  CHECK(at<M>(call_log, T(1)) == 0);
  CHECK(ulp_error<T>(at<M>(call_log, limits::denorm_min()),
                     std::log(static_cast<wide<T>>(limits::denorm_min()))) < 1);
  CHECK(ulp_error<T>(at<M>(call_log, limits::max()),
                     std::log(static_cast<wide<T>>(limits::max()))) < 1);

  CHECK(std::isnan(at<M>(call_tanh, nan)));
  CHECK(at<M>(call_tanh, infinity) == 1);
  CHECK(at<M>(call_tanh, -infinity) == -1);
  CHECK(at<M>(call_tanh, limits::max()) == 1);
  CHECK(at<M>(call_tanh, T(-20)) == -1);
  CHECK(!std::signbit(at<M>(call_tanh, T(0))));
  CHECK(std::signbit(at<M>(call_tanh, T(-0.0))));
  CHECK(at<M>(call_tanh, limits::denorm_min()) == limits::denorm_min());
  CHECK(at<M>(call_tanh, -limits::denorm_min()) == -limits::denorm_min());

  CHECK(std::isnan(at<M>(call_sigmoid, nan)));
  CHECK(at<M>(call_sigmoid, infinity) == 1);
  CHECK(at<M>(call_sigmoid, -infinity) == 0);
  CHECK(at<M>(call_sigmoid, T(0)) == T(0.5));
  CHECK(at<M>(call_sigmoid, limits::max()) == 1);
  CHECK(at<M>(call_sigmoid, limits::lowest()) == 0);
  CHECK(at<M>(call_sigmoid, bottom) == limits::denorm_min());
}

TEST_CASE_TEMPLATE("tanh is odd and bounded, sigmoid lies in [0, 1]", M, HALO_MACHINES) {
  using T = typename M::value;
  for (T const x : arguments<T>()) {
    if (std::isnan(x)) continue;
    T const y = at<M>(call_tanh, x);
    T const s = at<M>(call_sigmoid, x);
    bool const odd = at<M>(call_tanh, -x) == -y;
    bool const bounded = std::abs(y) <= 1 && s >= 0 && s <= 1;
    if (!odd || !bounded) {
      INFO("x = ", x);
      REQUIRE(odd);
      REQUIRE(bounded);
    }
  }
}

TEST_CASE_TEMPLATE("a lane knows nothing of its neighbours", M, HALO_MACHINES) {
  using T = typename M::value;
  using V = simd::batch<T, typename M::arch>;
  std::vector<T> const x = support::numbers<T>(V::size, 3, 5);
  std::array<T, V::size> y;
  tanh(V::load(x.data())).store(y.data());
  for (std::size_t i = 0; i < V::size; ++i) CHECK(y[i] == at<M>(call_tanh, x[i]));
}

TEST_CASE_TEMPLATE("a plain number is a register of one lane", T, float, double) {
  using V = simd::batch<T, simd::scalar>;
  for (T const x : support::numbers<T>(100, 4, 10)) {
    CHECK(simd::exp(x) == exp(V(x)).native);
    CHECK(simd::log(x + T(10)) == log(V(x + T(10))).native);
    CHECK(simd::tanh(x) == tanh(V(x)).native);
    CHECK(simd::sigmoid(x) == sigmoid(V(x)).native);
  }
}

}  // namespace simd_math_test
