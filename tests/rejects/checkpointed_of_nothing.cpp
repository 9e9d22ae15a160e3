// SPDX-License-Identifier: BSD-3-Clause
// error: halo: checkpointed: at least one layer
#include <halo/nn/checkpointed.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(nn::sequential<shape<4>, nn::checkpointed<>>::outputs == 4);
