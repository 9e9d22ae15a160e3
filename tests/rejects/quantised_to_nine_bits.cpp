// SPDX-License-Identifier: BSD-3-Clause
// error: halo: quantised: weights and inputs have 2 to 8 bits
#include <halo/nn/linear.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<quantised<linear<4, 3>, quantisation{.input_bits = 9}>>::outputs == 3);
