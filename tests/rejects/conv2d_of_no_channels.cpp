// SPDX-License-Identifier: BSD-3-Clause
// error: halo: conv: at least one output channel
#include <halo/nn/conv2d.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(nn::sequential<shape<4, 4, 1>, nn::conv2d<0, 3>>::outputs == 0);
