// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/normalize.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <halo/autodiff/planar.hpp>

#include "support/numbers.hpp"

namespace kernel_normalize_test {

namespace kernel = halo::kernel;
namespace simd = halo::simd;
using halo::autodiff::planar;
using support::numbers;
using support::tolerance;
using support::widen;

namespace {

constexpr double epsilon = 1e-5;
using doubles = std::vector<double>;

/// Everything about normalised rows, by loops and the full Jacobian.
struct plain {
  doubles y, mean, scale, dx, dgain, dbias;

  plain(std::size_t rows, std::size_t n, doubles const& x, doubles const& gain, doubles const& bias,
        doubles const& dy)
      : y(rows * n), mean(rows), scale(rows), dx(rows * n), dgain(n), dbias(n) {
    double const share = 1 / static_cast<double>(n);
    for (std::size_t i = 0; i < rows; ++i) {
      double const* const a = x.data() + i * n;
      double square = 0;
      for (std::size_t j = 0; j < n; ++j) mean[i] += a[j] * share;
      for (std::size_t j = 0; j < n; ++j) square += (a[j] - mean[i]) * (a[j] - mean[i]) * share;
      scale[i] = 1 / std::sqrt(square + epsilon);
      for (std::size_t j = 0; j < n; ++j) {
        double const z = (a[j] - mean[i]) * scale[i], d = dy[i * n + j];
        y[i * n + j] = gain[j] * z + bias[j];
        dgain[j] += d * z;
        dbias[j] += d;
        for (std::size_t k = 0; k < n; ++k) {
          double const same = j == k ? 1.0 : 0.0;
          double const slope = same - share - z * (a[k] - mean[i]) * scale[i] * share;
          dx[i * n + k] += d * gain[j] * scale[i] * slope;
        }
      }
    }
  }
};

/// The kernels' results on pointers of any kind.
template <class Arch, class P>
void run(std::size_t rows, std::size_t n, simd::const_of<P> x, simd::const_of<P> gain,
         simd::const_of<P> bias, simd::const_of<P> dy, P y, P mean, P scale, P dx, P dgain,
         P dbias) {
  using T = simd::scalar_of<P>;
  using C = simd::const_of<P>;
  kernel::normalize_forward<Arch>(rows, n, x, gain, bias, T(epsilon), y, mean, scale);
  kernel::normalize_backward<Arch>(rows, n, x, gain, C(mean), C(scale), dy, dx);
  kernel::normalize_gradient<Arch>(rows, n, x, C(mean), C(scale), dy, dgain, dbias);
}

/// Rows that do vary: those of 2 elements and more have a variance of about one.
template <class T>
std::vector<T> varied(std::size_t rows, std::size_t n) {
  std::vector<T> x = numbers<T>(rows * n, 1);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += i % n % 2 == 0 ? T(1) : T(-1);
  return x;
}

}  // namespace

TEST_CASE_TEMPLATE("rows are normalised as in the definition", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const rows : {0U, 1U, 3U, 20U}) {
    for (std::size_t const n : support::sizes) {
      if (n == 0) continue;
      CAPTURE(rows);
      CAPTURE(n);
      std::vector<T> x = varied<T>(rows, n), dy = numbers<T>(rows * n, 2);
      std::vector<T> const gain = numbers<T>(n, 3), bias = numbers<T>(n, 4);
      plain const expected(rows, n, widen(x), widen(gain), widen(bias), widen(dy));
      std::vector<T> y(rows * n), dx(rows * n), mean(rows), scale(rows), dgain(n, T(9));
      std::vector<T> dbias(n, T(9));
      run<arch, T*>(rows, n, x.data(), gain.data(), bias.data(), dy.data(), y.data(), mean.data(),
                    scale.data(), dx.data(), dgain.data(), dbias.data());
      CHECK(support::distance(y, expected.y) < tolerance<T>);
      std::vector<T> whole_mean = mean;  // the kernel's is seen from each row's first number
      for (std::size_t i = 0; i < rows; ++i) whole_mean[i] += x[i * n];
      CHECK(support::distance(whole_mean, expected.mean) < tolerance<T>);
      CHECK(support::distance(scale, expected.scale) < tolerance<T>);
      CHECK(support::distance(dx, expected.dx) < tolerance<T>);
      CHECK(support::distance(dgain, expected.dgain) < tolerance<T>);
      CHECK(support::distance(dbias, expected.dbias) < tolerance<T>);

      kernel::normalize_backward<arch>(rows, n, static_cast<T const*>(x.data()), gain.data(),
                                       mean.data(), scale.data(), dy.data(), dy.data());
      CHECK(support::distance(dy, expected.dx) < tolerance<T>);  // in place
      kernel::normalize_forward<arch>(rows, n, x.data(), gain.data(), bias.data(), T(epsilon),
                                      x.data(), mean.data(), scale.data());
      CHECK(support::distance(x, expected.y) < tolerance<T>);
    }
  }
}

TEST_CASE_TEMPLATE("no row has a say in its neighbour's", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const n : {1U, 5U, 19U, 70U}) {
    std::vector<T> x = varied<T>(3, n), y(3 * n), spoilt(3 * n), mean(3), scale(3);
    std::vector<T> const gain = numbers<T>(n, 3), bias = numbers<T>(n, 4);
    kernel::normalize_forward<arch>(3, n, x.data(), gain.data(), bias.data(), T(epsilon), y.data(),
                                    mean.data(), scale.data());
    for (T const bad : {std::numeric_limits<T>::quiet_NaN(), -std::numeric_limits<T>::infinity()}) {
      x[n + n / 2] = bad;
      kernel::normalize_forward<arch>(3, n, x.data(), gain.data(), bias.data(), T(epsilon),
                                      spoilt.data(), mean.data(), scale.data());
      for (std::size_t i = 0; i < 3 * n; ++i) {
        if (i / n == 1)
          CHECK(std::isnan(spoilt[i]));
        else
          CHECK(spoilt[i] == y[i]);
      }
    }
  }
}

TEST_CASE_TEMPLATE("a large mean costs no digits, an equal row gives the bias", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  std::size_t const n = 37;
  std::vector<T> x(n), y(n), gain(n, T(1)), bias = numbers<T>(n, 4);
  T mean, scale;
  std::vector<T> dy = numbers<T>(n, 5), dx(n), dgain(n), dbias(n);
  for (double const center : {1e3, -1e4, 3e5})
    for (double const spread : {0.05, 3.0, 200.0}) {
      CAPTURE(center);
      CAPTURE(spread);
      x = numbers<T>(n, 6, spread);
      for (T& e : x) e += static_cast<T>(center);
      run<arch, T*>(1, n, x.data(), gain.data(), bias.data(), dy.data(), y.data(), &mean, &scale,
                    dx.data(), dgain.data(), dbias.data());
      doubles shifted = widen(x);
      for (double& e : shifted) e -= static_cast<double>(x[0]);  // exact
      plain const expected(1, n, shifted, widen(gain), widen(bias), widen(dy));
      CHECK(support::distance(y, expected.y) < tolerance<T>);
      CHECK(support::distance(dx, expected.dx) < tolerance<T> * (1 + expected.scale[0]));
      CHECK(support::distance(dgain, expected.dgain) < tolerance<T>);
    }

  x.assign(n, T(3));
  kernel::normalize_forward<arch>(1, n, x.data(), gain.data(), bias.data(), T(epsilon), y.data(),
                                  &mean, &scale);
  CHECK(mean == T(0));
  CHECK(static_cast<double>(scale) == doctest::Approx(1 / std::sqrt(epsilon)).epsilon(1e-6));
  CHECK(y == bias);
}

TEST_CASE_TEMPLATE("a first number far from the others costs no digits", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const n : {2U, 19U, 64U, 300U})
    for (double const off : {0.0, 2.0, 3.0, 3.8, 4.0, 5.0, -30.0, 1e3, 1e6}) {
      CAPTURE(n);
      CAPTURE(off);
      std::vector<T> x = varied<T>(1, n), y(n), dx(n), dgain(n), dbias(n);
      std::vector<T> const gain = numbers<T>(n, 3), bias = numbers<T>(n, 4), dy = numbers<T>(n, 5);
      x[0] += static_cast<T>(off);
      T mean, scale;
      run<arch, T*>(1, n, x.data(), gain.data(), bias.data(), dy.data(), y.data(), &mean, &scale,
                    dx.data(), dgain.data(), dbias.data());
      plain const expected(1, n, widen(x), widen(gain), widen(bias), widen(dy));
      CHECK(static_cast<double>(scale) / expected.scale[0] ==
            doctest::Approx(1).epsilon(tolerance<T>));
      CHECK(support::distance(y, expected.y) < tolerance<T>);
      CHECK(support::distance(dx, expected.dx) < tolerance<T>);
      CHECK(support::distance(dgain, expected.dgain) < tolerance<T>);
    }
}

TEST_CASE_TEMPLATE("a row whose squares overflow is NaN, and not its bias", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  T const far = std::is_same_v<T, float> ? T(9.97e36) : T(1e200);
  for (std::size_t const n : {2U, 19U, 70U}) {
    std::vector<T> x = varied<T>(3, n), y(3 * n), mean(3), scale(3);
    std::vector<T> const gain = numbers<T>(n, 3), bias = numbers<T>(n, 4);
    x[n + n / 2] = far;
    kernel::normalize_forward<arch>(3, n, x.data(), gain.data(), bias.data(), T(epsilon), y.data(),
                                    mean.data(), scale.data());
    for (std::size_t i = 0; i < 3 * n; ++i) CHECK(std::isnan(y[i]) == (i / n == 1));
  }
}

TEST_CASE_TEMPLATE("planes carry the derivative of forward and backward", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  double const step = 1e-5;
  double const near = std::is_same_v<T, float> ? 1e-4 : 1e-8;
  for (std::size_t const n : {1U, 2U, 7U, 17U, 40U}) {
    CAPTURE(n);
    std::size_t const rows = 3;
    std::vector<T> const x = varied<T>(rows, n), gain = numbers<T>(n, 3), bias = numbers<T>(n, 4);
    std::vector<T> const dy = numbers<T>(rows * n, 2), xv = numbers<T>(rows * n, 5);
    std::vector<T> const gv = numbers<T>(n, 6), bv = numbers<T>(n, 7), dv = numbers<T>(rows * n, 8);
    auto const moved = [&](double by) {
      auto const add = [by](std::vector<T> const& a, std::vector<T> const& along) {
        doubles sum = widen(a);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += by * static_cast<double>(along[i]);
        return sum;
      };
      return plain(rows, n, add(x, xv), add(gain, gv), add(bias, bv), add(dy, dv));
    };
    plain const above = moved(step), below = moved(-step);
    auto const slope = [&](doubles const& a, doubles const& b) {
      doubles d(a.size());
      for (std::size_t i = 0; i < d.size(); ++i) d[i] = (a[i] - b[i]) / (2 * step);
      return d;
    };
    std::vector<T> y(rows * n), dx(rows * n), mean(rows), scale(rows), dgain(n), dbias(n);
    std::vector<T> yt(rows * n), dxt(rows * n), meant(rows), scalet(rows), dgaint(n), dbiast(n);
    run<arch, planar<T>>(rows, n, {x.data(), xv.data()}, {gain.data(), gv.data()},
                         {bias.data(), bv.data()}, {dy.data(), dv.data()}, {y.data(), yt.data()},
                         {mean.data(), meant.data()}, {scale.data(), scalet.data()},
                         {dx.data(), dxt.data()}, {dgain.data(), dgaint.data()},
                         {dbias.data(), dbiast.data()});
    CHECK(support::distance(yt, slope(above.y, below.y)) < near);
    CHECK(support::distance(dxt, slope(above.dx, below.dx)) < near);
    CHECK(support::distance(dgaint, slope(above.dgain, below.dgain)) < near);
    CHECK(support::distance(dbiast, slope(above.dbias, below.dbias)) < near);
  }
}

}  // namespace kernel_normalize_test
