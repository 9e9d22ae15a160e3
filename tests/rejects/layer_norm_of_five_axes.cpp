// SPDX-License-Identifier: BSD-3-Clause
// error: halo: sequential: layer I does not accept the shape X that the layer before it gives
#include <halo/nn/layer_norm.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<halo::shape<2, 2, 2, 2, 2>, layer_norm>::outputs == 32);
