// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/conv2d_forward.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include <halo/kernel/activation.hpp>

#include "support/conv2d.hpp"

namespace kernel_conv2d_forward_test {

using namespace halo;
using kernel::start;

namespace {

template <class M>
void check_forward(kernel::conv2d_geometry const& g, std::size_t images, start from,
                   bool activated) {
  using T = typename M::value;
  CAPTURE(g.y.in);
  CAPTURE(g.x.in);
  CAPTURE(g.in);
  CAPTURE(g.out);
  CAPTURE(images);
  CAPTURE(static_cast<int>(from));
  auto const x = support::integers<T>(images * g.input_size(), 1);
  auto const w = support::integers<T>(g.weights(), 2), bias = support::integers<T>(g.out, 3);
  auto const before = support::integers<T>(images * g.output_size() + 1, 4);
  std::vector<T> y = before;
  if (activated)
    kernel::conv2d_forward<typename M::arch>(images, g, x.data(), w.data(), y.data(), from,
                                             bias.data(), kernel::relu{});
  else
    kernel::conv2d_forward<typename M::arch>(images, g, x.data(), w.data(), y.data(), from,
                                             bias.data());
  std::vector<double> expected(before.begin(), before.end());
  for (std::size_t i = 0; i + 1 < expected.size(); ++i) {
    if (from == start::zero) expected[i] = 0;
    if (from == start::bias) expected[i] = static_cast<double>(bias[i % g.out]);
  }
  support::for_each_product(images, g, [&](std::size_t at, std::size_t weight, std::size_t to) {
    expected[to] += static_cast<double>(x[at]) * static_cast<double>(w[weight]);
  });
  for (std::size_t i = 0; activated && i + 1 < expected.size(); ++i)
    expected[i] = std::max(expected[i], 0.0);
  CHECK(std::vector<double>(y.begin(), y.end()) == expected);
}

}  // namespace

TEST_CASE_TEMPLATE("conv2d: forward is that of plain loops", M, HALO_CONV2D_MACHINES) {
  std::size_t turn = 0;
  for (auto const& g : support::conv2d_shapes()) {
    for (start const from : {start::zero, start::target, start::bias})
      check_forward<M>(g, turn % 3, from, turn % 2 == 0), ++turn;
  }
}

TEST_CASE_TEMPLATE("conv2d: forward in parts is that of plain loops", M, HALO_CONV2D_MACHINES) {
  for (auto const& g : support::large_conv2d_shapes()) {
    check_forward<M>(g, 1, start::bias, true);
    check_forward<M>(g, 2, start::target, false);
  }
}

}  // namespace kernel_conv2d_forward_test
