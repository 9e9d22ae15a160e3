// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/describe.hpp>

#include <doctest/doctest.h>

#include <string>

#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/description.hpp"

namespace nn_describe_test {

using namespace halo;

TEST_CASE("describe: each layer under its path, with what it computes") {
  using network = nn::sequential<shape<6, 4, 2>, nn::conv2d<3, nn::window{3, 2}, 2>,
                                 nn::residual<nn::projection<nn::conv2d<3, 1>>, nn::relu>,
                                 nn::flatten, nn::linear<18, 2>>;
  CHECK(support::description<network>() == R"(input = 6x4x2
0.kind = conv2d
0.output = 3x2x3
0.kernel.height = 3
0.kernel.width = 2
0.stride.height = 2
0.stride.width = 2
0.dilation.height = 1
0.dilation.width = 1
0.padding = 0
0.groups = 1
0.bias = 1
1.kind = residual
1.output = 3x2x3
1.0.kind = projection
1.0.output = 3x2x3
1.0.0.kind = conv2d
1.0.0.output = 3x2x3
1.0.0.kernel.height = 1
1.0.0.kernel.width = 1
1.0.0.stride.height = 1
1.0.0.stride.width = 1
1.0.0.dilation.height = 1
1.0.0.dilation.width = 1
1.0.0.padding = 0
1.0.0.groups = 1
1.0.0.bias = 1
1.1.kind = relu
1.1.output = 3x2x3
1.1.function = relu
2.kind = flatten
2.output = 18
3.kind = linear
3.output = 2
3.inputs = 18
)");
}

TEST_CASE("describe: digits and extents") {
  CHECK(nn::detail::digits(0).view() == "0");
  CHECK(nn::detail::digits(18446744073709551615ULL).view() == "18446744073709551615");
  CHECK(nn::detail::extents_text<shape<>>.view().empty());
  CHECK(nn::detail::extents_text<shape<1, 20, 300>>.view() == "1x20x300");
  static_assert(nn::detail::has_arguments<nn::linear<1, 1>>());
  static_assert(!nn::detail::has_arguments<nn::flatten>());
}

}  // namespace nn_describe_test
