// SPDX-License-Identifier: BSD-3-Clause
#include <halo/nn/block_cost.hpp>

#include <doctest/doctest.h>

#include <cstdint>

#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

namespace nn_block_cost_test {

using namespace halo;

namespace {

using network = nn::sequential<
    nn::linear<4, 6>, nn::relu,
    nn::residual<nn::linear<6, 3>, nn::tanh, nn::residual<nn::linear<3, 3>>, nn::linear<3, 6>>,
    nn::linear<6, 2>>;
static_assert(network::layers == 5);

}  // namespace

TEST_SUITE("nn") {
  TEST_CASE("block_cost: the table counts what the layers tell, for every mask") {
    for (std::uint64_t bits = 0; bits < 64; ++bits) {  // one more than there are layers
      layer_mask const mask(bits);
      std::uint64_t forward = 0, backward = 0;
      network::each_cost(mask, [&](nn::layer_cost const& l) {
        forward += l.passes.forward.each.multiply_adds;
        backward += l.passes.back.each.multiply_adds + l.passes.to_data.each.multiply_adds +
                    l.passes.to_weights.each.multiply_adds;
      });
      bool const nothing = (mask & layer_mask::all(network::layers)).empty();
      CHECK(network::operations(mask, 1) == (nothing ? 0 : forward + backward));
    }
  }

  TEST_CASE("block_cost: by hand") {
    constexpr std::size_t forward = 24 + 18 + 9 + 18 + 12;
    static_assert(network::operations(layer_mask(0b10000), 1) == forward + 12);
    static_assert(network::operations(layer_mask(0b00001), 1) == forward + 24 + (18 + 9 + 18 + 12));
    static_assert(network::operations(layer_mask(0b00100), 1) == forward + 9 + (18 + 12));
  }
}

}  // namespace nn_block_cost_test
