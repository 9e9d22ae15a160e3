// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/halo.hpp>

using network =
    halo::nn::sequential<halo::nn::linear<3, 8>, halo::nn::relu, halo::nn::linear<8, 3>>;
