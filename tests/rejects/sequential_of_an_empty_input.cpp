// SPDX-License-Identifier: BSD-3-Clause
// error: halo: sequential: an input has at least one element
#include <halo/nn/activation.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(nn::sequential<shape<4, 0>, nn::relu>::outputs == 0);
