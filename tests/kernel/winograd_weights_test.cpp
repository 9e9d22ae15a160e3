// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/winograd_weights.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include <halo/kernel/conv2d_backward_weights.hpp>

#include "support/conv2d.hpp"

namespace kernel_winograd_weights_test {

using namespace halo;
using kernel::start;
using support::axis;

namespace {

/// Wider than any block, so that sums are cut in inputs, outputs and tiles; images of odd sizes.
support::geometry const wide{axis::same(15, 3), axis::same(17, 3), 70, 45};

}  // namespace

TEST_CASE("winograd: the gradient of weights has a few times the errors of a plain sum") {
  std::size_t const images = 2;
  auto const x = support::numbers<float>(images * wide.input_size(), 1);
  auto const dy = support::numbers<float>(images * wide.output_size(), 2);
  std::vector<double> exact(wide.weights());
  std::vector<float> sum(exact.size()), dw(exact.size());
  support::for_each_product(images, wide, [&](std::size_t i, std::size_t k, std::size_t o) {
    exact[k] += static_cast<double>(x[i]) * static_cast<double>(dy[o]);
    sum[k] += x[i] * dy[o];
  });
  kernel::conv2d_backward_weights(images, wide, x.data(), dy.data(), dw.data());
  CHECK(support::error(dw, exact) < 4 * support::error(sum, exact));
  CHECK(support::error(dw, exact) < 1e-5);
}

TEST_CASE_TEMPLATE("winograd: the gradient of weights is exact where sums are", M,
                   HALO_CONV2D_MACHINES) {
  using T = typename M::value;
  std::size_t const images = 3;
  auto const x = support::integers<T>(images * wide.input_size(), 1);
  auto const dy = support::integers<T>(images * wide.output_size(), 2);
  for (start const from : {start::zero, start::target}) {
    auto dw = support::integers<T>(wide.weights(), 3);
    std::vector<double> exact(wide.weights());
    if (from == start::target) exact.assign(dw.begin(), dw.end());
    support::for_each_product(images, wide, [&](std::size_t i, std::size_t k, std::size_t o) {
      exact[k] += static_cast<double>(x[i]) * static_cast<double>(dy[o]);
    });
    kernel::conv2d_backward_weights<typename M::arch>(images, wide, x.data(), dy.data(), dw.data(),
                                                      from);
    CHECK(std::vector<double>(dw.begin(), dw.end()) == exact);
  }
}

}  // namespace kernel_winograd_weights_test
