// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/nn.hpp>

// HALO_NETWORK_HEADER for `halo-specialise --public gas`: 128 features of six gases.

using network =
    halo::nn::sequential<halo::nn::linear<128, 32>, halo::nn::relu, halo::nn::linear<32, 32>,
                         halo::nn::relu, halo::nn::linear<32, 6>>;
