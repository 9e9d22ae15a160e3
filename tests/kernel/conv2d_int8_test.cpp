// SPDX-License-Identifier: BSD-3-Clause
#include <halo/kernel/conv2d_int8.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <halo/simd/arch.hpp>

#include "../support/network.hpp"
#include "../support/quantised.hpp"

namespace kernel_conv2d_int8_test {

using namespace halo;
using kernel::byte_panels;
using kernel::conv2d_geometry;
using kernel::window_axis;

namespace {

/// Integers, place by place, exactly: scale 1, no bias.
template <class Arch>
void check(conv2d_geometry const& g, std::size_t images) {
  std::size_t const depth = kernel::conv2d_int8_depth(g), n = kernel::conv2d_int8_columns(g);
  support::plain_grid<float> const grid(-1.0F, 1.5F, 8, kernel::grid::asymmetric);
  auto const zero = static_cast<std::uint8_t>(-grid.lowest);
  auto const x = support::draw<float>(images * g.input_size(), 1);
  auto const random = support::draw<float>(g.weights(), 2, 50.0);
  std::vector<std::int32_t> w(g.weights());
  for (std::size_t i = 0; i < w.size(); ++i)
    w[i] = std::max(-128, std::min(127, static_cast<std::int32_t>(random[i])));
  std::vector<std::uint8_t> bytes(kernel::conv2d_int8_weights(g));
  std::vector<float> ones(n, 1.0F), none(n);
  for (std::size_t k = 0; k < depth; ++k)
    for (std::size_t j = 0; j < g.out; ++j)
      bytes[j / g.group_out() * byte_panels::size(depth, g.group_out()) +
            byte_panels::place(depth, k, j % g.group_out())] =
          static_cast<std::uint8_t>(w[k * g.out + j]);
  std::vector<float> y(images * g.output_size() + 9, 7);
  std::vector<std::uint8_t> scratch(kernel::conv2d_int8_scratch(g) + 9, 7);
  kernel::conv2d_int8<Arch>(images, g, {{-1.0F, 1.5F}, 8, kernel::grid::asymmetric, zero}, x.data(),
                            bytes.data(), {ones.data(), none.data(), none.data(), nullptr},
                            y.data(), scratch.data());
  std::size_t at = 0;
  for (std::size_t i = 0; i < images; ++i)
    for (std::size_t oy = 0; oy < g.y.out; ++oy)
      for (std::size_t ox = 0; ox < g.x.out; ++ox)
        for (std::size_t j = 0; j < g.out; ++j, ++at) {
          std::int32_t sum = 0;
          for (std::size_t k = 0; k < depth; ++k) {
            std::size_t const c = k % g.group_in() + j / g.group_out() * g.group_in();
            std::size_t const kx = k / g.group_in() % g.x.kernel;
            std::size_t const ky = k / g.group_in() / g.x.kernel;
            std::size_t const iy = oy * g.y.stride + ky * g.y.dilation - g.y.low;
            std::size_t const ix = ox * g.x.stride + kx * g.x.dilation - g.x.low;
            std::int32_t u = zero;
            if (iy < g.y.in && ix < g.x.in)
              u = static_cast<std::int32_t>(
                  grid.step(x[i * g.input_size() + (iy * g.x.in + ix) * g.in + c]) - grid.lowest);
            sum += u * w[k * g.out + j];
          }
          CHECK(y[at] == static_cast<float>(sum));
        }
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(y[at + i] == 7);
    CHECK(scratch[scratch.size() - 9 + i] == 7);
  }
}

}  // namespace

TEST_CASE("conv2d int8: plain loops over integers, exactly, on every instruction set") {
  simd::for_each_arch(simd::archs{}, [](auto arch) {
    using A = decltype(arch);
    CAPTURE(simd::arch_name<A>());
    check<A>({window_axis::same(5, 3), window_axis::same(7, 3), 3, 5}, 2);
    check<A>({window_axis::same(8, 3, 2), window_axis::valid(9, 2, 3), 4, 18}, 2);
    check<A>({window_axis::same(6, 3, 1, 2), window_axis::same(7, 3, 2, 3), 6, 4, 2}, 1);
    check<A>({window_axis::same(5, 5), window_axis::same(3, 5), 8, 8, 8}, 1);  // larger than x
    check<A>({window_axis{}, window_axis::same(11, 4), 2, 3}, 3);
    check<A>({window_axis::same(5, 1), window_axis::same(6, 1), 20, 33}, 2);
    check<A>({window_axis::same(5, 1, 2), window_axis::same(6, 1, 2), 20, 33}, 2);
    check<A>({window_axis{}, window_axis{}, 70, 5}, 50);
    check<A>({window_axis{}, window_axis{}, 70, 5}, 0);
  });
}

}  // namespace kernel_conv2d_int8_test
