// SPDX-License-Identifier: BSD-3-Clause
// error: halo: group_norm: the number of groups divides the number of channels
#include <halo/nn/group_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<linear<4, 6>, group_norm<4>>::outputs == 6);
