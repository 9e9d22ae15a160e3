// SPDX-License-Identifier: BSD-3-Clause
// error: halo: quantised: weights and inputs have 2 to 8 bits
#include <halo/nn/linear.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(
    nn::sequential<nn::quantised<nn::linear<4, 2>, nn::quantisation{.input_bits = 1}>>::outputs ==
    2);
