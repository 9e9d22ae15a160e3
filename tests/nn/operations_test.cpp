// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/operations.hpp>

#include <doctest/doctest.h>

#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

namespace nn_operations_test {

using namespace halo;

TEST_CASE("operations: forward on all rows, backward on some of them") {
  using network =
      nn::sequential<nn::linear<5, 7>, nn::relu, nn::linear<7, 6>, nn::relu, nn::linear<6, 3>>;
  CHECK(nn::operations<network>(layer_mask(7), 16, 16) == 16 * (3 * 95 - 35));
  CHECK(nn::operations<network>(layer_mask(6), 16, 16) == 16 * (95 + 60 + 18));
  CHECK(nn::operations<network>(layer_mask(7), 32, 8) == 32 * 95 + 8 * (2 * 95 - 35));
  CHECK(nn::operations<network>(layer_mask(), 16, 16) == 0);
  CHECK(nn::operations<network>(layer_mask(8), 16, 16) == 0);  // a layer that is not there
}

}  // namespace nn_operations_test
