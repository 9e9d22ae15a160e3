// SPDX-License-Identifier: BSD-3-Clause
// error: halo: flash_predictor: the header's parameters are those of another network
#include <halo/adapt.hpp>
#include <halo/nn.hpp>

#include "../golden/flash/small.hpp"

using namespace halo;

adapt::flash_predictor<nn::sequential<nn::linear<2, 4>, nn::batch_norm, nn::relu, nn::linear<4, 2>>,
                       golden_flash>
    known;
