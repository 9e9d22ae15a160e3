// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/winograd_transform.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include <halo/kernel/conv2d_tile.hpp>

#include "support/conv2d.hpp"

namespace kernel_winograd_transform_test {

using namespace halo;
using kernel::start;
using support::axis;
namespace detail = kernel::detail;

namespace {

/// Every tile of an image by the three maps, channel by channel, against the plain sum.
template <class M>
void check_tiles(axis const& y, axis const& x, start from) {
  using T = typename M::value;
  using arch = typename M::arch;
  std::size_t const channels = 2 * simd::batch<T, arch>::size + 1;
  std::size_t const n = detail::whole_registers<T, arch>(channels);
  std::size_t const step = n + 3;
  auto const image = support::integers<T>(y.in * x.in * channels, 1);
  auto const kernels = support::integers<T>(9 * n, 2);
  auto const bias = support::integers<T>(channels, 3);
  auto target = support::integers<T>(y.out * x.out * channels, 4);
  std::vector<double> expected(target.begin(), target.end());
  for (std::size_t p = 0; p < y.out * x.out; ++p) {
    for (std::size_t c = 0; c < channels; ++c) {
      double& sum = expected[p * channels + c];
      if (from == start::zero) sum = 0;
      if (from == start::bias) sum = static_cast<double>(bias[c]);
      for (std::size_t k = 0; k < 9; ++k) {
        std::size_t const i = p / x.out + k / 3 - y.low, j = p % x.out + k % 3 - x.low;
        if (i < y.in && j < x.in)
          sum += static_cast<double>(image[(i * x.in + j) * channels + c]) *
                 static_cast<double>(kernels[k * n + c]);
      }
    }
  }

  detail::winograd_task<T> const w{
      1, y, x, channels, channels, image.data(), target.data(), from, bias.data(), {}};
  CHECK(w.input_size() == image.size());
  CHECK(w.output_size() == target.size());
  std::vector<T> weights(16 * step), products(16 * step), zeros(n), sink(n);
  detail::transform_weights<arch>(kernels.data(), n, weights.data(), step);
  for (std::size_t row = 0; row < y.out; row += 2) {
    for (std::size_t column = 0; column < x.out; column += 2) {
      detail::transform_inputs<arch>(w, w.source, row, column, {0, channels}, zeros.data(),
                                     products.data(), step);
      for (std::size_t i = 0; i < products.size(); ++i) products[i] *= weights[i];
      detail::transform_outputs<arch>(w, from, w.target, row, column, {0, channels}, zeros.data(),
                                      sink.data(), products.data(), step);
    }
  }
  CHECK(std::vector<double>(target.begin(), target.end()) == expected);
}

}  // namespace

TEST_CASE_TEMPLATE("winograd: there and back a tile is the plain sum, at any border", M,
                   HALO_CONV2D_MACHINES) {
  for (start const from : {start::zero, start::target, start::bias}) {
    check_tiles<M>(axis::valid(4, 3), axis::valid(4, 3), from);
    check_tiles<M>(axis::same(3, 3), axis::same(6, 3), from);
    check_tiles<M>({5, 7, 3, 1, 1, 2}, axis::valid(7, 3), from);  // as the way back turns it
  }
}

}  // namespace kernel_winograd_transform_test
