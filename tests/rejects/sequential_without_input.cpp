// SPDX-License-Identifier: BSD-3-Clause
// error: halo: sequential: the first layer does not know its input
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<relu, linear<5, 2>>::outputs == 2);
