// SPDX-License-Identifier: BSD-3-Clause
// Convolutions and products on bytes, integer by integer.
#include <halo/kernel/conv2d_int8.hpp>

#include "geometry/fuzz.hpp"

namespace geometry_int8_test {

using namespace halo;
using kernel::byte_panels;
using kernel::conv2d_geometry;
using support::fuzz::draw;
using support::fuzz::exact;

namespace {

conv2d_geometry draw_geometry(draw& d) {
  conv2d_geometry g{};
  do {
    g = {d.axis(64, 7), d.axis(64, 7), d.size(130), d.size(130)};
    if (d.once_in(6)) g.y = {};
    if (d.once_in(6)) g.y = g.x = {};
    if (d.once_in(4)) {
      g.groups = d.size(16);
      g.in = (g.in + g.groups - 1) / g.groups * g.groups;
      g.out = (g.out + g.groups - 1) / g.groups * g.groups;
    }
  } while (g.operations() > 3000000 || kernel::conv2d_int8_depth(g) > byte_panels::most_depth);
  return g;
}

/// A grid of -128 ... 127 steps of 1, so that a byte is the number plus 128.
constexpr kernel::byte_grid grid{{-128.0F, 127.0F}, 8, kernel::grid::asymmetric, 128};

template <class Arch, bool Fused>
void check(draw& d) {
  conv2d_geometry const g = draw_geometry(d);
  std::size_t const images = d.between(1, 2), depth = kernel::conv2d_int8_depth(g);
  std::size_t const columns = kernel::conv2d_int8_columns(g), wide = columns / g.groups;
  CAPTURE(depth);
  CAPTURE(g.out);
  CAPTURE(g.groups);
  exact<float> x(images * g.input_size());
  for (float& e : x) e = static_cast<float>(d.below(256)) - 128;
  exact<std::int32_t> w(g.weights());
  for (auto& e : w) e = static_cast<std::int32_t>(d.below(256)) - 128;
  exact<std::uint8_t> bytes(kernel::conv2d_int8_weights(g)),
      scratch(kernel::conv2d_int8_scratch(g));
  std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
  for (std::size_t k = 0; k < depth; ++k)
    for (std::size_t j = 0; j < g.out; ++j)
      bytes[j / g.group_out() * byte_panels::size(depth, g.group_out()) +
            byte_panels::place(depth, k, j % g.group_out())] =
          static_cast<std::uint8_t>(w[k * g.out + j]);
  exact<float> scale(columns), bias(columns), offset(columns), center(columns);
  for (std::size_t j = 0; j < columns; ++j) {
    scale[j] = 1;
    bias[j] = static_cast<float>(d.below(5));
    offset[j] = std::bit_cast<float>(static_cast<std::int32_t>(d.below(7)));
    center[j] = std::bit_cast<float>(static_cast<std::int32_t>(d.below(3)));
  }
  bool const centered = d.once_in(2);
  exact<float> y(images * g.output_size());
  kernel::conv2d_int8<Arch, Fused>(
      images, g, grid, x.data(), bytes.data(),
      {scale.data(), bias.data(), offset.data(), centered ? center.data() : nullptr}, y.data(),
      scratch.data());
  std::size_t wrong = 0, at = 0;
  for (std::size_t n = 0; n < images; ++n)
    for (std::size_t o = 0; o < g.y.out; ++o)
      for (std::size_t q = 0; q < g.x.out; ++q)
        for (std::size_t j = 0; j < g.out; ++j, ++at) {
          std::size_t const group = j / g.group_out(), column = group * wide + j % g.group_out();
          std::int32_t sum = std::bit_cast<std::int32_t>(offset[column]);
          std::int32_t const more = centered ? std::bit_cast<std::int32_t>(center[column]) : 0;
          for (std::size_t k = 0; k < depth; ++k) {
            std::size_t const tap = k / g.group_in();
            std::size_t const row = o * g.y.stride + tap / g.x.kernel * g.y.dilation - g.y.low;
            std::size_t const place = q * g.x.stride + tap % g.x.kernel * g.x.dilation - g.x.low;
            std::size_t const c = group * g.group_in() + k % g.group_in();
            std::int32_t u = 128;
            if (row < g.y.in && place < g.x.in)
              u += static_cast<std::int32_t>(x[((n * g.y.in + row) * g.x.in + place) * g.in + c]);
            sum += u * (w[k * g.out + j] + more);
          }
          // integers of so many bits become the nearest float, twice rounded with the bias
          float const right = static_cast<float>(sum) + bias[column];
          wrong += std::abs(y[at] - right) > std::abs(right) * 0x1p-23F;
        }
  CHECK(wrong == 0);
  CHECK((y.kept_inside() && scratch.kept_inside()));
}

}  // namespace

TEST_CASE("geometry: convolutions on bytes") {
  support::fuzz::for_each_case("int8", 30, [](draw& d) { check<simd::default_arch, false>(d); });
  support::fuzz::for_each_case("int8, scalar", 15, [](draw& d) { check<simd::scalar, false>(d); });
  if constexpr (simd::has_byte_dot)
    support::fuzz::for_each_case("int8, fused", 30,
                                 [](draw& d) { check<simd::default_arch, true>(d); });
}

}  // namespace geometry_int8_test
