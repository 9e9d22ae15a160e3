// SPDX-License-Identifier: BSD-3-Clause
// error: halo: quantised: goes around a layer with weights
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<linear<4, 3>, quantised<relu>>::outputs == 3);
