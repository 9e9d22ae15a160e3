// SPDX-License-Identifier: BSD-3-Clause
// error: halo: pool: window and stride are at least 1
#include <halo/nn/pool.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(nn::sequential<shape<4, 4, 1>, nn::max_pool<0>>::outputs == 0);
