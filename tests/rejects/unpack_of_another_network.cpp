// SPDX-License-Identifier: BSD-3-Clause
// error: halo: unpack: the header's tensors are those of another network
#include <halo/adapt.hpp>
#include <halo/nn.hpp>

#include "../golden/flash/packed.hpp"

using namespace halo;

bool begin(std::span<float> to) {
  return adapt::unpack<nn::sequential<nn::linear<2, 4>, nn::relu, nn::linear<4, 2>>,
                       golden_flash_packed>(to);
}
