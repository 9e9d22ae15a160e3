// SPDX-License-Identifier: BSD-3-Clause
// error: halo: group_norm: at least one group
#include <halo/nn/group_norm.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(nn::sequential<shape<4>, nn::group_norm<0>>::outputs == 4);
