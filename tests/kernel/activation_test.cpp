// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/activation.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <halo/autodiff/planar.hpp>

#include "support/network.hpp"
#include "support/numbers.hpp"

namespace kernel_activation_test {

namespace kernel = halo::kernel;
namespace simd = halo::simd;
using halo::autodiff::planar;
using support::numbers;
using support::tolerance;

namespace {

template <class Visit>
void for_each_activation(Visit visit) {
  visit(kernel::relu{});
  visit(kernel::leaky_relu{});
  visit(kernel::tanh{});
  visit(kernel::sigmoid{});
  visit(kernel::elu{});
  visit(kernel::softplus{});
  visit(kernel::gelu{});
}

/// Numbers that keep away from the kinks at 0.
template <class T>
std::vector<T> away_from_zero(std::size_t n, std::uint64_t stream) {
  std::vector<T> x = numbers<T>(n, stream, 6);
  for (T& e : x) e += e < T(0) ? T(-0.01) : T(0.01);
  return x;
}

template <class T, class Arch, class F>
T of(F f, T x) {
  T y;
  kernel::activation_forward<Arch>(f, 1, &x, &y);
  return y;
}
template <class T, class Arch, class F>
T slope(F f, T z) {
  T const one(1);
  T dx;
  kernel::activation_backward<Arch>(f, 1, &z, &one, &dx);
  return dx;
}

}  // namespace

TEST_CASE("activation: a leaky relu of another slope") {
  kernel::basic_leaky_relu<std::ratio<1, 5>> const f;
  using V = simd::batch<double, simd::scalar>;
  CHECK(f(V(-5)).native == -5 * 0.2);
  CHECK(f(V(3)).native == 3);
  CHECK(f.slope(V(-1)).native == 0.2);
  CHECK(f.slope(V(1)).native == 1);
}

TEST_CASE_TEMPLATE("activations and their slopes are those of plain formulas", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for_each_activation([](auto f) {
    std::string const name = decltype(f)::name;
    CAPTURE(name);
    for (std::size_t const n : support::sizes) {
      std::vector<T> const x = away_from_zero<T>(n, 1), dy = numbers<T>(n, 2);
      std::vector<T> y(n), dx(n);
      kernel::activation_forward<arch>(f, n, x.data(), y.data());
      auto const& z = decltype(f)::from_output ? y : x;
      kernel::activation_backward<arch>(f, n, z.data(), dy.data(), dx.data());
      std::vector<double> expected, expected_dx;
      for (std::size_t i = 0; i < n; ++i) {
        double const at = static_cast<double>(x[i]);
        expected.push_back(support::plain_activation(name, at));
        expected_dx.push_back(static_cast<double>(dy[i]) * support::plain_slope(name, at));
      }
      CHECK(support::distance(y, expected) < tolerance<T>);
      CHECK(support::distance(dx, expected_dx) < tolerance<T>);

      std::vector<T> in_place = x, in_place_dx = dy;
      kernel::activation_forward<arch>(f, n, in_place.data(), in_place.data());
      CHECK(in_place == y);
      kernel::activation_backward<arch>(f, n, z.data(), in_place_dx.data(), in_place_dx.data());
      CHECK(in_place_dx == dx);
    }
  });
}

TEST_CASE_TEMPLATE("planes carry slope and second derivative", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  double const step = 1e-5;
  double const near = std::is_same_v<T, float> ? 1e-5 : 1e-9;
  for_each_activation([&](auto f) {
    std::string const name = decltype(f)::name;
    CAPTURE(name);
    for (std::size_t const n : {1U, 7U, 16U, 37U}) {
      std::vector<T> const x = away_from_zero<T>(n, 3), v = numbers<T>(n, 4);
      std::vector<T> const dy = numbers<T>(n, 5), w = numbers<T>(n, 6);
      std::vector<T> y(n), y_tangent(n), dx(n), dx_tangent(n);
      planar<T const> const at(x.data(), v.data());
      planar<T> const out(y.data(), y_tangent.data());
      kernel::activation_forward<arch>(f, n, at, out);
      planar<T const> const z = decltype(f)::from_output ? planar<T const>(out) : at;
      kernel::activation_backward<arch>(f, n, z, planar<T const>(dy.data(), w.data()),
                                        planar<T>(dx.data(), dx_tangent.data()));
      std::vector<double> first, second;
      for (std::size_t i = 0; i < n; ++i) {
        double const a = static_cast<double>(x[i]), along = static_cast<double>(v[i]);
        double const curve =
            (support::plain_slope(name, a + step) - support::plain_slope(name, a - step)) /
            (2 * step);
        first.push_back(support::plain_slope(name, a) * along);
        second.push_back(static_cast<double>(w[i]) * support::plain_slope(name, a) +
                         static_cast<double>(dy[i]) * curve * along);
      }
      CHECK(support::distance(y_tangent, first) < near);
      CHECK(support::distance(dx_tangent, second) < near);
    }
  });
}

TEST_CASE_TEMPLATE("NaN stays NaN where it was and nowhere else", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  T const nan = std::numeric_limits<T>::quiet_NaN();
  for_each_activation([&](auto f) {
    CAPTURE(std::string(decltype(f)::name));
    for (std::size_t const n : {1U, 5U, 17U}) {
      for (std::size_t bad = 0; bad < n; ++bad) {
        std::vector<T> x(n, T(0.5)), y(n);
        x[bad] = nan;
        kernel::activation_forward<arch>(f, n, x.data(), y.data());
        for (std::size_t i = 0; i < n; ++i) CHECK(std::isnan(y[i]) == (i == bad));
      }
    }
  });
}

TEST_CASE_TEMPLATE("activations at their kinks and at infinity", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  T const inf = std::numeric_limits<T>::infinity();
  T const big = std::numeric_limits<T>::max();
  CHECK(of<T, arch>(kernel::relu{}, T(0)) == T(0));
  CHECK(slope<T, arch>(kernel::relu{}, T(0)) == T(0));
  CHECK(slope<T, arch>(kernel::leaky_relu{}, T(0)) == T(0.01));
  CHECK(slope<T, arch>(kernel::elu{}, T(0)) == T(1));
  for_each_activation([&](auto f) {
    using F = decltype(f);
    CAPTURE(std::string(F::name));
    bool const bounded = std::is_same_v<F, kernel::tanh> || std::is_same_v<F, kernel::sigmoid>;
    CHECK(of<T, arch>(f, inf) == (bounded ? T(1) : inf));
    CHECK(of<T, arch>(f, big) == (bounded ? T(1) : big));
    CHECK(slope<T, arch>(f, F::from_output ? of<T, arch>(f, big) : big) == (bounded ? T(0) : T(1)));
  });
  CHECK(of<T, arch>(kernel::relu{}, -inf) == T(0));
  CHECK(of<T, arch>(kernel::leaky_relu{}, -inf) == -inf);
  CHECK(of<T, arch>(kernel::tanh{}, -inf) == T(-1));
  CHECK(of<T, arch>(kernel::sigmoid{}, -inf) == T(0));
  CHECK(of<T, arch>(kernel::elu{}, -inf) == T(-1));
  CHECK(of<T, arch>(kernel::softplus{}, -inf) == T(0));
  CHECK(std::isnan(of<T, arch>(kernel::gelu{}, -inf)));  // as documented
  CHECK(of<T, arch>(kernel::gelu{}, -big) == T(0));
  CHECK(slope<T, arch>(kernel::gelu{}, -big) == T(0));
}

TEST_CASE_TEMPLATE("elu and softplus keep their digits where they are small", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  double const near = std::is_same_v<T, float> ? 1e-6 : 1e-14;
  for (double const x : {-1e-6, -1e-4, -0.01, -0.3}) {
    T const at = static_cast<T>(x);
    double const exact = std::expm1(static_cast<double>(at));
    CHECK(std::abs(static_cast<double>(of<T, arch>(kernel::elu{}, at)) - exact) <
          near * std::abs(exact));
  }
  for (double const x : {-80.0, -20.0, -15.0, -1.0, -1e-4}) {
    T const at = static_cast<T>(x);
    double const exact = std::exp(static_cast<double>(at));
    CHECK(std::abs(static_cast<double>(slope<T, arch>(kernel::elu{}, at)) - exact) < near * exact);
  }
  for (double const x : {-20.0, -10.0, -3.0}) {
    T const at = static_cast<T>(x);
    double const exact = std::log1p(std::exp(static_cast<double>(at)));
    T const y = of<T, arch>(kernel::softplus{}, at);
    CHECK(std::abs(static_cast<double>(y) - exact) < near * exact);
    double const exact_slope = -std::expm1(-static_cast<double>(y));
    CHECK(std::abs(static_cast<double>(slope<T, arch>(kernel::softplus{}, y)) - exact_slope) <
          near * exact_slope);
  }
}

TEST_CASE_TEMPLATE("the identity changes nothing and has slope 1", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  std::vector<T> const x = numbers<T>(33, 7), dy = numbers<T>(33, 8);
  std::vector<T> y(33), dx(33);
  kernel::activation_forward<arch>(kernel::identity{}, 33, x.data(), y.data());
  kernel::activation_backward<arch>(kernel::identity{}, 33, y.data(), dy.data(), dx.data());
  CHECK(y == x);
  CHECK(dx == dy);
}

}  // namespace kernel_activation_test
