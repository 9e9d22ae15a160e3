// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/conv2d_backward_weights.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "support/conv2d.hpp"

namespace kernel_conv2d_backward_weights_test {

using namespace halo;
using kernel::start;

namespace {

template <class M>
void check_weights(kernel::conv2d_geometry const& g, std::size_t images, start from) {
  using T = typename M::value;
  CAPTURE(g.y.in);
  CAPTURE(g.x.in);
  CAPTURE(g.in);
  CAPTURE(g.out);
  CAPTURE(images);
  CAPTURE(static_cast<int>(from));
  auto const x = support::integers<T>(images * g.input_size(), 1);
  auto const dy = support::integers<T>(images * g.output_size(), 2);
  auto const before = support::integers<T>(g.weights() + 1, 3);
  std::vector<T> dw = before;
  kernel::conv2d_backward_weights<typename M::arch>(images, g, x.data(), dy.data(), dw.data(),
                                                    from);
  std::vector<double> expected(before.begin(), before.end());
  if (from == start::zero) std::fill(expected.begin(), expected.end() - 1, 0.0);
  support::for_each_product(images, g, [&](std::size_t at, std::size_t weight, std::size_t to) {
    expected[weight] += static_cast<double>(x[at]) * static_cast<double>(dy[to]);
  });
  CHECK(std::vector<double>(dw.begin(), dw.end()) == expected);
}

}  // namespace

TEST_CASE_TEMPLATE("conv2d: the gradient of weights is that of plain loops", M,
                   HALO_CONV2D_MACHINES) {
  std::size_t turn = 0;
  for (auto const& g : support::conv2d_shapes()) {
    for (start const from : {start::zero, start::target}) check_weights<M>(g, turn++ % 3, from);
  }
}

TEST_CASE_TEMPLATE("conv2d: the gradient of weights in parts", M, HALO_CONV2D_MACHINES) {
  for (auto const& g : support::large_conv2d_shapes()) {
    check_weights<M>(g, 1, start::zero);
    check_weights<M>(g, 2, start::target);
  }
}

TEST_CASE("conv2d: a gradient of weights that sums over many images keeps its digits") {
  using support::axis;
  std::vector<support::geometry> const geometries = {
      {axis::same(8, 3), axis::same(8, 3), 2, 3},
      {axis::same(1, 1), axis::same(5, 3, 2), 3, 8},
      {axis::same(5, 3), axis::same(8, 3), 32, 33},  // Winograd's
  };
  for (auto const& g : geometries) {
    std::size_t const images = g.in > 3 ? 100 : 20000;
    auto x = support::numbers<float>(images * g.input_size(), 1);
    auto dy = support::numbers<float>(images * g.output_size(), 2);
    for (float& e : x) e = std::abs(e);
    for (float& e : dy) e = std::abs(e);
    std::vector<double> expected(g.weights());
    support::for_each_product(images, g, [&](std::size_t at, std::size_t weight, std::size_t to) {
      expected[weight] += static_cast<double>(x[at]) * static_cast<double>(dy[to]);
    });
    std::vector<float> dw(g.weights());
    kernel::conv2d_backward_weights(images, g, x.data(), dy.data(), dw.data());
    CHECK(support::error(dw, expected) < 2e-6);
  }
}

}  // namespace kernel_conv2d_backward_weights_test
