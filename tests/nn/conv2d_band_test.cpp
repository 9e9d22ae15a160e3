// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/conv2d_band.hpp>

#include <doctest/doctest.h>

#include <cstddef>

#include <halo/core/shape.hpp>
#include <halo/nn/conv2d.hpp>

namespace nn_conv2d_band_test {

using namespace halo;
using nn::detail::conv2d_band;

namespace {

/// Whether output row o of a convolution sees input row i.
template <class Layer, class X>
bool sees(std::size_t o, std::size_t i) {
  constexpr auto g = Layer::template geometry<X>;
  for (std::size_t k = 0; k < g.y.kernel; ++k)
    if (o * g.y.stride + k * g.y.dilation == i + g.y.low) return true;
  return false;
}

template <class Layer>
void check() {
  using X = shape<9, 4, 2>;
  constexpr auto g = Layer::template geometry<X>;
  for (std::size_t begin = 0; begin < g.y.out; ++begin)
    for (std::size_t end = begin + 1; end <= g.y.out; ++end) {
      auto const b = conv2d_band::of_outputs(g, {begin, end});
      CHECK(b.g.y.out == end - begin);
      CHECK(b.g.y.in == b.inputs.size());
      CHECK(b.output() == begin * g.x.out * g.out);
      for (std::size_t o = begin; o < end; ++o)
        for (std::size_t i = 0; i < g.y.in; ++i)
          if (sees<Layer, X>(o, i)) CHECK((i >= b.inputs.begin && i < b.inputs.end));
    }
  for (std::size_t begin = 0; begin < g.y.in; ++begin) {
    auto const b = conv2d_band::of_inputs(g, {begin, begin + 1});
    CHECK(b.input() == begin * g.x.in * g.in);
    for (std::size_t o = 0; o < g.y.out; ++o)
      if (sees<Layer, X>(o, begin)) CHECK((o >= b.outputs.begin && o < b.outputs.end));
  }
}

}  // namespace

TEST_CASE("conv2d_band: holds all rows that are seen") {
  check<nn::conv2d<3, 3>>();
  check<nn::conv2d<3, 5, 2>>();
  check<nn::conv2d<3, 3, 1, nn::padding::valid>>();
  check<nn::conv2d<3, 3, 2, nn::padding::same, 1, 2>>();
}

}  // namespace nn_conv2d_band_test
