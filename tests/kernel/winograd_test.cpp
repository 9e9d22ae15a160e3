// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/winograd.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include <halo/kernel/conv2d_backward_data.hpp>
#include <halo/kernel/conv2d_forward.hpp>

#include "support/conv2d.hpp"

using namespace halo;
using test::axis;
namespace detail = kernel::detail;

namespace {

bool suits(test::geometry const& g) { return detail::suits_winograd<float, simd::default_arch>(g); }

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
  test::geometry const g{axis::same(9, 3), axis::same(10, 3), 130, 70};
  REQUIRE(suits(g) == (simd::batch<float>::size >= 4));
  auto const x = test::numbers<float>(g.input_size(), 1), w = test::numbers<float>(g.weights(), 2);
  auto const dy = test::numbers<float>(g.output_size(), 3);
  std::vector<double> y_exact(dy.size()), dx_exact(x.size());
  std::vector<float> y_sum(dy.size()), dx_sum(x.size()), y(dy.size()), dx(x.size());
  test::for_each_product(1, g, [&](std::size_t i, std::size_t k, std::size_t o) {
    y_exact[o] += static_cast<double>(x[i]) * static_cast<double>(w[k]);
    dx_exact[i] += static_cast<double>(dy[o]) * static_cast<double>(w[k]);
    y_sum[o] += x[i] * w[k];
    dx_sum[i] += dy[o] * w[k];
  });
  kernel::conv2d_forward(1, g, x.data(), w.data(), y.data());
  kernel::conv2d_backward_data(1, g, dy.data(), w.data(), dx.data());
  CHECK(test::error(y, y_exact) < 4 * test::error(y_sum, y_exact));
  CHECK(test::error(dx, dx_exact) < 4 * test::error(dx_sum, dx_exact));
  CHECK(test::error(y, y_exact) < 1e-5);
}
