// SPDX-License-Identifier: BSD-3-Clause
// error: halo: pool: the window is larger than its padded input
#include <halo/nn/pool.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<halo::shape<4, 8, 3>, max_pool<5>>::outputs == 3);
