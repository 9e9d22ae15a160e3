// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/winograd.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include <halo/kernel/conv2d_backward_data.hpp>
#include <halo/kernel/conv2d_backward_weights.hpp>
#include <halo/kernel/conv2d_forward.hpp>

#include "support/conv2d.hpp"

namespace kernel_winograd_test {

using namespace halo;
using support::axis;
namespace detail = kernel::detail;

namespace {

bool suits(support::geometry const& g) {
  return detail::suits_winograd<float, simd::default_arch>(g);
}

}  // namespace

TEST_CASE("winograd: 3 by 3 that goes on by one, of many channels") {
  bool const vectors = simd::batch<float>::size >= 4;
  CHECK(suits({axis::same(8, 3), axis::valid(9, 3), 32, 64}) == vectors);
  CHECK_FALSE(suits({axis::same(8, 3, 2), axis::same(8, 3), 64, 64}));
  CHECK_FALSE(suits({axis::same(8, 3), axis::same(8, 3, 1, 2), 64, 64}));
  CHECK_FALSE(suits({axis::same(8, 5), axis::same(8, 3), 64, 64}));
  CHECK_FALSE(suits({axis::same(8, 3), axis::same(1, 3), 64, 64}));
  CHECK_FALSE(suits({axis::same(8, 3), axis::same(8, 3), 64, 64, 2}));
  CHECK_FALSE(suits({axis::same(8, 3), axis::same(8, 3), 31, 64}));
}

TEST_CASE("winograd: errors are a few times those of a plain sum") {
  support::geometry const g{axis::same(9, 3), axis::same(10, 3), 130, 70};
  REQUIRE(suits(g) == (simd::batch<float>::size >= 4));
  auto const x = support::numbers<float>(g.input_size(), 1),
             w = support::numbers<float>(g.weights(), 2);
  auto const dy = support::numbers<float>(g.output_size(), 3);
  std::vector<double> y_exact(dy.size()), dx_exact(x.size());
  std::vector<float> y_sum(dy.size()), dx_sum(x.size()), y(dy.size()), dx(x.size());
  support::for_each_product(1, g, [&](std::size_t i, std::size_t k, std::size_t o) {
    y_exact[o] += static_cast<double>(x[i]) * static_cast<double>(w[k]);
    dx_exact[i] += static_cast<double>(dy[o]) * static_cast<double>(w[k]);
    y_sum[o] += x[i] * w[k];
    dx_sum[i] += dy[o] * w[k];
  });
  kernel::conv2d_forward(1, g, x.data(), w.data(), y.data());
  kernel::conv2d_backward_data(1, g, dy.data(), w.data(), dx.data());
  CHECK(support::error(y, y_exact) < 4 * support::error(y_sum, y_exact));
  CHECK(support::error(dx, dx_exact) < 4 * support::error(dx_sum, dx_exact));
  CHECK(support::error(y, y_exact) < 1e-5);
}

TEST_CASE("winograd: infinite and very large numbers as in plain sums") {
  support::geometry const g{axis::same(6, 3), axis::same(7, 3), 32, 40};
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (float const far : {3e36F, 2e38F, infinity}) {
    CAPTURE(far);
    std::vector<float> x(2 * g.input_size(), 1.0F), w(g.weights(), 0.001F);
    std::vector<float> y(2 * g.output_size()), dx(x.size()), dw(w.size());
    std::vector<float> dy(y.size(), 0.001F);
    x[(2 * 7 + 3) * 32 + 5] = far;  // row 2, column 3 of the first image
    dy[(2 * 7 + 3) * 40 + 5] = far;
    kernel::conv2d_forward(2, g, x.data(), w.data(), y.data());
    kernel::conv2d_backward_data(2, g, dy.data(), w.data(), dx.data());
    for (std::size_t p = 0; p < 2 * 6 * 7; ++p) {
      std::size_t const row = p / 7, column = p % 7;
      bool const seen = row >= 1 && row <= 3 && column >= 2 && column <= 4;
      for (std::size_t c = 0; c < 32; ++c) {
        CHECK((seen ? y[p * 40 + c] >= far * 0.0009F : y[p * 40 + c] < 1));
        CHECK((seen ? dx[p * 32 + c] >= far * 0.0009F : dx[p * 32 + c] < 1));
        CHECK((seen ? y[p * 40 + c] <= far * 0.0011F : true));
      }
    }
    std::fill(dy.begin(), dy.end(), 0.001F);
    kernel::conv2d_backward_weights(2, g, x.data(), dy.data(), dw.data());
    for (std::size_t e = 0; e < dw.size(); ++e)
      CHECK((e / 40 % 32 == 5 ? dw[e] >= far * 0.0009F && dw[e] <= far * 0.0011F : dw[e] < 1));
  }
}

}  // namespace kernel_winograd_test
