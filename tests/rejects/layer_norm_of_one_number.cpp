// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer_norm: one number has no deviation
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(nn::sequential<shape<1>, nn::layer_norm>::outputs == 1);
