// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/pointwise_loss.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <halo/autodiff/planar.hpp>

#include "support/numbers.hpp"

namespace kernel_pointwise_loss_test {

using halo::autodiff::planar;
using halo::kernel::loss_and_slope;
using halo::kernel::pointwise_loss;
using support::numbers;
using support::tolerance;

namespace {

/// (y - t)³ + 1, which is not 0 for the zeros of missing lanes.
auto const cube = [](auto const& y, auto const& t) {
  auto const e = y - t;
  using V = std::remove_cvref_t<decltype(e)>;
  return loss_and_slope<V>{e * e * e + V(1), V(3) * e * e};
};

}  // namespace

TEST_CASE_TEMPLATE("pointwise loss: the mean of a rule and its slopes, as a loop has them", M,
                   HALO_MACHINES) {
  using T = typename M::value;
  using arch = typename M::arch;
  for (std::size_t const n : {0U, 1U, 3U, 17U, 64U, 5000U}) {
    CAPTURE(n);
    std::vector<T> const y = numbers<T>(n, 1), v = numbers<T>(n, 2);
    std::vector<float> const t = numbers<float>(n, 3);
    double value = 0, along = 0;
    std::vector<double> slopes, second;
    for (std::size_t i = 0; i < n; ++i) {
      double const e = static_cast<double>(y[i]) - static_cast<double>(t[i]);
      auto const share = 1 / static_cast<double>(n);
      value += (e * e * e + 1) * share;
      slopes.push_back(3 * e * e * share);
      second.push_back(6 * e * share * static_cast<double>(v[i]));
      along += slopes.back() * static_cast<double>(v[i]);
    }
    std::vector<T> g(n), dual_g(n), tangents(n);
    T const found = pointwise_loss<arch>(n, y.data(), t.data(), g.data(), cube);
    CHECK(std::abs(static_cast<double>(found) - value) < tolerance<T>);
    CHECK(support::distance(g, slopes) < tolerance<T>);
    CHECK(pointwise_loss<arch>(n, y.data(), t.data(), static_cast<T*>(nullptr), cube) == found);
    auto const dual = pointwise_loss<arch>(n, planar<T const>(y.data(), v.data()), t.data(),
                                           planar<T>(dual_g.data(), tangents.data()), cube);
    CHECK(dual.value == found);
    CHECK(std::abs(static_cast<double>(dual.tangent) - along) < tolerance<T>);
    CHECK(dual_g == g);
    CHECK(support::distance(tangents, second) < tolerance<T>);
    std::vector<T> in_place = y;
    pointwise_loss<arch>(n, in_place.data(), t.data(), in_place.data(), cube);
    CHECK(in_place == g);
  }
}

}  // namespace kernel_pointwise_loss_test
