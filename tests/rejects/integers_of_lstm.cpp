// SPDX-License-Identifier: BSD-3-Clause
// error: halo: integer: linear, conv1d and conv2d have kernels on bytes
#include <halo/nn/integer_network.hpp>
#include <halo/nn/lstm.hpp>

using namespace halo::nn;

static_assert(integers_of<sequential<halo::shape<5, 2>, quantised<lstm<3>>>>::outputs == 3);
