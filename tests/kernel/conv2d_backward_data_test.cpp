// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/conv2d_backward_data.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "support/conv2d.hpp"

namespace kernel_conv2d_backward_data_test {

using namespace halo;
using kernel::start;

namespace {

template <class M>
void check_data(kernel::conv2d_geometry const& g, std::size_t images, start from) {
  using T = typename M::value;
  CAPTURE(g.y.in);
  CAPTURE(g.x.in);
  CAPTURE(g.in);
  CAPTURE(g.out);
  CAPTURE(images);
  CAPTURE(static_cast<int>(from));
  auto const dy = support::integers<T>(images * g.output_size(), 1);
  auto const w = support::integers<T>(g.weights(), 2);
  auto const before = support::integers<T>(images * g.input_size() + 1, 3);
  std::vector<T> dx = before;
  kernel::conv2d_backward_data<typename M::arch>(images, g, dy.data(), w.data(), dx.data(), from);
  std::vector<double> expected(before.begin(), before.end());
  if (from == start::zero) std::fill(expected.begin(), expected.end() - 1, 0.0);
  support::for_each_product(images, g, [&](std::size_t at, std::size_t weight, std::size_t to) {
    expected[at] += static_cast<double>(dy[to]) * static_cast<double>(w[weight]);
  });
  CHECK(std::vector<double>(dx.begin(), dx.end()) == expected);
}

}  // namespace

TEST_CASE_TEMPLATE("conv2d: the way back to the data is that of plain loops", M,
                   HALO_CONV2D_MACHINES) {
  std::size_t turn = 0;
  for (auto const& g : support::conv2d_shapes()) {
    for (start const from : {start::zero, start::target}) check_data<M>(g, turn++ % 3, from);
  }
}

TEST_CASE_TEMPLATE("conv2d: the way back to the data in parts", M, HALO_CONV2D_MACHINES) {
  for (auto const& g : support::large_conv2d_shapes()) {
    check_data<M>(g, 1, start::zero);
    check_data<M>(g, 2, start::target);
  }
}

TEST_CASE_TEMPLATE("conv2d: the way back to the data, from full panels", M, HALO_CONV2D_MACHINES) {
  for (auto const& g : support::full_panel_shapes()) check_data<M>(g, 1, start::zero);
}

}  // namespace kernel_conv2d_backward_data_test
