// SPDX-License-Identifier: BSD-3-Clause
// error: halo: quantised: goes around one layer at a time
#include <halo/nn/linear.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<linear<4, 4>, quantised<residual<linear<4, 4>>>>::outputs == 4);
