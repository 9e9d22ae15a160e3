// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/softmax.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <halo/autodiff/planar.hpp>

#include "support/numbers.hpp"

namespace kernel_softmax_test {

namespace simd = halo::simd;
using halo::autodiff::dual;
using halo::autodiff::planar;
using halo::kernel::softmax;
using halo::kernel::softmax_cross_entropy;
using support::numbers;
using support::tolerance;

namespace {

constexpr std::size_t widths[] = {1, 2, 3, 6, 15, 16, 17, 33, 100};  // 16 changes the method
constexpr std::size_t heights[] = {0, 1, 3, 16, 37};

template <class T>
std::vector<double> plain_softmax(std::size_t rows, std::size_t n, std::vector<T> const& x) {
  std::vector<double> y(rows * n);
  for (std::size_t i = 0; i < rows; ++i) {
    double most = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::size_t j = 0; j < n; ++j) most = std::fmax(most, static_cast<double>(x[i * n + j]));
    for (std::size_t j = 0; j < n; ++j) {
      y[i * n + j] = std::exp(static_cast<double>(x[i * n + j]) - most);
      sum += y[i * n + j];
    }
    for (std::size_t j = 0; j < n; ++j) y[i * n + j] /= sum;
  }
  return y;
}

std::vector<std::int32_t> draw_labels(std::size_t rows, std::size_t classes) {
  halo::generator g(halo::seed{2020}, 9);
  std::vector<std::int32_t> labels(rows);
  for (auto& l : labels)
    l = static_cast<std::int32_t>(g.below(static_cast<std::uint32_t>(classes)));
  return labels;
}

}  // namespace

TEST_CASE_TEMPLATE("softmax is that of a loop", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const rows : heights) {
    for (std::size_t const n : widths) {
      CAPTURE(rows);
      CAPTURE(n);
      std::vector<T> x = numbers<T>(rows * n, 1, 5);
      std::vector<T> y(rows * n);
      softmax<arch>(rows, n, x.data(), y.data());
      CHECK(support::distance(y, plain_softmax(rows, n, x)) < tolerance<T>);
      for (std::size_t i = 0; i < rows; ++i) {  // no neighbour has a say
        std::vector<T> alone(n);
        softmax<arch>(1, n, x.data() + i * n, alone.data());
        CHECK(std::equal(alone.begin(), alone.end(), y.data() + i * n));
      }
      auto const expected = plain_softmax(rows, n, x);
      softmax<arch>(rows, n, x.data(), x.data());
      CHECK(support::distance(x, expected) < tolerance<T>);
    }
  }
  T nothing(7);
  softmax<arch>(3, 0, &nothing, &nothing);
  CHECK(nothing == T(7));
}

TEST_CASE_TEMPLATE("softmax never overflows and NaN keeps to its row", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  using limits = std::numeric_limits<T>;
  for (std::size_t const n : {2U, 5U, 16U, 17U, 40U}) {
    CAPTURE(n);
    for (T const bad : {limits::quiet_NaN(), limits::infinity()}) {
      for (std::size_t at = 0; at < n; ++at) {
        std::vector<T> x = numbers<T>(3 * n, 2);
        x[n + at] = bad;
        softmax<arch>(3, n, x.data(), x.data());
        for (std::size_t i = 0; i < 3 * n; ++i) CHECK(std::isnan(x[i]) == (i / n == 1));
      }
    }
    std::vector<T> x(n, -limits::infinity());
    softmax<arch>(1, n, x.data(), x.data());
    for (T const e : x) CHECK(std::isnan(e));
    x.assign(n, limits::lowest());
    x[n - 1] = limits::max();
    x[0] = -limits::infinity();
    softmax<arch>(1, n, x.data(), x.data());
    for (std::size_t j = 0; j < n; ++j) CHECK(x[j] == (j + 1 == n ? T(1) : T(0)));
  }
}

TEST_CASE_TEMPLATE("softmax cross-entropy and its gradient are those of a loop", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const rows : heights) {
    for (std::size_t const n : widths) {
      CAPTURE(rows);
      CAPTURE(n);
      std::vector<T> const x = numbers<T>(rows * n, 3, 5);
      auto const labels = draw_labels(rows, n);
      std::vector<double> expected = plain_softmax(rows, n, x), expected_losses(rows);
      double mean = 0;
      for (std::size_t i = 0; i < rows; ++i) {
        auto const l = i * n + static_cast<std::size_t>(labels[i]);
        expected_losses[i] = -std::log(expected[l]);
        mean += expected_losses[i] / static_cast<double>(rows);
        expected[l] -= 1;
      }
      for (double& g : expected) g /= static_cast<double>(rows);

      std::vector<T> gradient(rows * n), losses(rows);
      T const loss = softmax_cross_entropy<arch>(rows, n, x.data(), labels.data(), gradient.data(),
                                                 losses.data());
      CHECK(std::abs(static_cast<double>(loss) - mean) < tolerance<T> * (1 + mean));
      CHECK(support::distance(losses, expected_losses) < tolerance<T>);
      CHECK(support::distance(gradient, expected) < tolerance<T>);

      T* const nowhere = nullptr;
      T const alone = softmax_cross_entropy<arch>(rows, n, x.data(), labels.data(), nowhere);
      CHECK(std::abs(static_cast<double>(alone) - mean) < tolerance<T> * (1 + mean));
      std::vector<T> in_place = x;
      softmax_cross_entropy<arch>(rows, n, in_place.data(), labels.data(), in_place.data());
      CHECK(support::distance(in_place, expected) < tolerance<T>);
    }
  }
}

TEST_CASE_TEMPLATE("planes carry the Hessian of the cross-entropy", M, HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const rows : {1U, 19U}) {
    for (std::size_t const n : widths) {
      CAPTURE(rows);
      CAPTURE(n);
      std::vector<T> const x = numbers<T>(rows * n, 4, 2), v = numbers<T>(rows * n, 5);
      auto const labels = draw_labels(rows, n);
      std::vector<double> const p = plain_softmax(rows, n, x);
      std::vector<double> y_tangent(rows * n), second(rows * n), losses(rows);
      double along = 0;
      for (std::size_t i = 0; i < rows; ++i) {  // dp = p (v - p·v), dL = p·v - v_l
        double mean = 0;
        for (std::size_t j = 0; j < n; ++j)
          mean += p[i * n + j] * static_cast<double>(v[i * n + j]);
        for (std::size_t j = 0; j < n; ++j) {
          y_tangent[i * n + j] = p[i * n + j] * (static_cast<double>(v[i * n + j]) - mean);
          second[i * n + j] = y_tangent[i * n + j] / static_cast<double>(rows);
        }
        losses[i] = mean - static_cast<double>(v[i * n + static_cast<std::size_t>(labels[i])]);
        along += losses[i] / static_cast<double>(rows);
      }
      planar<T const> const at(x.data(), v.data());
      std::vector<T> y(rows * n), tangent(rows * n);
      planar<T> const out(y.data(), tangent.data());
      softmax<arch>(rows, n, at, out);
      CHECK(support::distance(y, p) < tolerance<T>);
      CHECK(support::distance(tangent, y_tangent) < tolerance<T>);

      std::vector<dual<T>> rows_losses(rows);
      auto const loss =
          softmax_cross_entropy<arch>(rows, n, at, labels.data(), out, rows_losses.data());
      CHECK(std::abs(static_cast<double>(loss.tangent) - along) < tolerance<T>);
      CHECK(support::distance(tangent, second) < tolerance<T>);
      for (std::size_t i = 0; i < rows; ++i)
        CHECK(std::abs(static_cast<double>(rows_losses[i].tangent) - losses[i]) < tolerance<T>);
      auto const alone = softmax_cross_entropy<arch>(rows, n, at, labels.data(), planar<T>());
      CHECK(std::abs(static_cast<double>(alone.value - loss.value)) < tolerance<T> * 10);
      CHECK(std::abs(static_cast<double>(alone.tangent) - along) < tolerance<T>);
    }
  }
}

TEST_CASE_TEMPLATE("an impossible answer costs infinitely much, a NaN everything", M,
                   HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  using limits = std::numeric_limits<T>;
  for (std::size_t const n : {2U, 16U, 17U}) {
    std::vector<T> x(2 * n, T(0)), g(2 * n);
    std::int32_t const labels[] = {1, 0};
    x[1] = -limits::infinity();
    CHECK(softmax_cross_entropy<arch>(2, n, x.data(), labels, g.data()) == limits::infinity());
    CHECK(g[1] == T(-0.5));
    CHECK(g[0] == doctest::Approx(0.5 / static_cast<double>(n - 1)));
    x[1] = limits::quiet_NaN();
    CHECK(std::isnan(softmax_cross_entropy<arch>(2, n, x.data(), labels, g.data())));
    for (std::size_t i = 0; i < 2 * n; ++i) CHECK(std::isnan(g[i]) == (i < n));
  }
}

}  // namespace kernel_softmax_test
