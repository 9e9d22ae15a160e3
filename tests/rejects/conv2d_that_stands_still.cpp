// SPDX-License-Identifier: BSD-3-Clause
// error: halo: conv: kernel, stride and dilation are at least 1
#include <halo/nn/conv2d.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(nn::sequential<shape<4, 4, 1>, nn::conv2d<2, 3, nn::window{1, 0}>>::outputs == 0);
