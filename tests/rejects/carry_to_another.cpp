// SPDX-License-Identifier: BSD-3-Clause
// error: halo: carry: the two networks have parameters of other names or shapes
#include <halo/adapt/carry.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

auto const values = halo::adapt::carry<sequential<linear<4, 3>>, sequential<linear<4, 2>>>({});
