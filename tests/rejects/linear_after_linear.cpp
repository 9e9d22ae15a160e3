// SPDX-License-Identifier: BSD-3-Clause
// error: halo: sequential: layer I does not accept the shape X that the layer before it gives
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<linear<4, 3>, relu, linear<5, 2>, relu, linear<2, 1>>::outputs == 1);
