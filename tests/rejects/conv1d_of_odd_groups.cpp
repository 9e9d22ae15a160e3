// SPDX-License-Identifier: BSD-3-Clause
// error: halo: conv: the number of groups divides the number of input channels
#include <halo/nn/conv2d.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<halo::shape<8, 3>, conv1d<6, 5, 1, padding::same, 2>>::outputs == 48);
