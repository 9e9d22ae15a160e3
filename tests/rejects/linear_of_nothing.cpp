// SPDX-License-Identifier: BSD-3-Clause
// error: halo: linear: at least one input and one output
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(nn::sequential<nn::linear<4, 0>>::outputs == 0);
