// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/mean_square.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <halo/autodiff/planar.hpp>

#include "support/numbers.hpp"

namespace kernel_mean_square_test {

namespace simd = halo::simd;
using halo::autodiff::planar;
using halo::kernel::mean_square;
using support::numbers;
using support::tolerance;

namespace {

/// L and dL/dy as written in the docstring.
struct plain {
  double value = 0;
  std::vector<double> gradient;

  template <class T>
  plain(std::vector<T> const& y, std::vector<T> const& t) {
    for (std::size_t i = 0; i < y.size(); ++i) {
      double const error = static_cast<double>(y[i]) - static_cast<double>(t[i]);
      value += error * error / static_cast<double>(y.size());
      gradient.push_back(2 * error / static_cast<double>(y.size()));
    }
  }
};

}  // namespace

TEST_CASE_TEMPLATE("mean square error and its gradient are those of a loop", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const rows : {0U, 1U, 3U, 64U}) {
    for (std::size_t const outputs : {0U, 1U, 2U, 5U, 17U}) {
      CAPTURE(rows);
      CAPTURE(outputs);
      std::size_t const n = rows * outputs;
      std::vector<T> const y = numbers<T>(n, 1, 3), t = numbers<T>(n, 2, 3);
      plain const expected(y, t);
      std::vector<T> gradient(n);
      T const value = mean_square<arch>(rows, outputs, y.data(), t.data(), gradient.data());
      CHECK(static_cast<double>(value) == doctest::Approx(expected.value).epsilon(tolerance<T>));
      CHECK(support::distance(gradient, expected.gradient) < tolerance<T>);

      T* const nowhere = nullptr;
      T const alone = mean_square<arch>(rows, outputs, y.data(), t.data(), nowhere);
      CHECK(static_cast<double>(alone) == doctest::Approx(expected.value).epsilon(tolerance<T>));
      std::vector<T> in_place = y;
      mean_square<arch>(rows, outputs, in_place.data(), t.data(), in_place.data());
      CHECK(support::distance(in_place, expected.gradient) < tolerance<T>);
    }
  }
}

TEST_CASE_TEMPLATE("planes carry the derivative of loss and gradient", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const n : {1U, 4U, 33U}) {
    for (bool const target_moves : {false, true}) {
      std::vector<T> const y = numbers<T>(n, 1), v = numbers<T>(n, 2);
      std::vector<T> const t = numbers<T>(n, 3);
      std::vector<T> const w = target_moves ? numbers<T>(n, 4) : std::vector<T>(n);
      std::vector<T> g(n), g_tangent(n);
      planar<T const> const at(y.data(), v.data());
      planar<T> const out(g.data(), g_tangent.data());
      auto const found = target_moves
                             ? mean_square<arch>(n, 1, at, planar<T const>(t.data(), w.data()), out)
                             : mean_square<arch>(n, 1, at, t.data(), out);
      plain const expected(y, t);
      double along = 0;
      std::vector<double> second;
      for (std::size_t i = 0; i < n; ++i) {
        double const moved = static_cast<double>(v[i]) - static_cast<double>(w[i]);
        along += expected.gradient[i] * moved;
        second.push_back(2 * moved / static_cast<double>(n));
      }
      CHECK(std::abs(static_cast<double>(found.value) - expected.value) < tolerance<T>);
      CHECK(std::abs(static_cast<double>(found.tangent) - along) < tolerance<T>);
      CHECK(support::distance(g, expected.gradient) < tolerance<T>);
      CHECK(support::distance(g_tangent, second) < tolerance<T>);
    }
  }
}

TEST_CASE_TEMPLATE("one NaN makes the mean square NaN", M, HALO_MACHINES) {
  using T = typename M::value;
  for (std::size_t bad = 0; bad < 19; ++bad) {
    std::vector<T> y(19, T(1)), g(19);
    std::vector<T> const t(19, T(0.5));
    y[bad] = std::numeric_limits<T>::quiet_NaN();
    CHECK(std::isnan(mean_square<typename M::arch>(1, 19, y.data(), t.data(), g.data())));
    for (std::size_t i = 0; i < 19; ++i) CHECK(std::isnan(g[i]) == (i == bad));
  }
}

TEST_CASE("a mean over many elements keeps its digits") {
  std::size_t const n = 1000000;
  std::vector<float> const y(n, 0.1F), target(n);
  double const exact = static_cast<double>(0.1F) * static_cast<double>(0.1F);
  auto const off = [&](float loss) { return std::abs(static_cast<double>(loss) / exact - 1); };
  float* const none = nullptr;
  using halo::simd::scalar;
  CHECK(off(halo::kernel::mean_square(n, 1, y.data(), target.data(), none)) < 5e-6);
  CHECK(off(halo::kernel::mean_square<scalar>(n, 1, y.data(), target.data(), none)) < 5e-6);
}

}  // namespace kernel_mean_square_test
