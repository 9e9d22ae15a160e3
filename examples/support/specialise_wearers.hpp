// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/nn.hpp>

// HALO_NETWORK_HEADER for `halo-specialise --public wearers`: 54 features of six activities.

using network =
    halo::nn::sequential<halo::nn::linear<54, 32>, halo::nn::relu, halo::nn::linear<32, 32>,
                         halo::nn::relu, halo::nn::linear<32, 6>>;
