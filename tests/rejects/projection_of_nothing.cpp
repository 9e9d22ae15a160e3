// SPDX-License-Identifier: BSD-3-Clause
// error: halo: projection: at least one layer
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(nn::sequential<shape<4>, nn::residual<nn::projection<>, nn::relu>>::outputs == 4);
