// SPDX-License-Identifier: BSD-3-Clause
// error: halo: batch_norm: the share of the newest mini-batch lies in (0, 1]
#include <ratio>

#include <halo/nn/batch_norm.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(nn::sequential<shape<4>, nn::basic_batch_norm<std::ratio<0>>>::outputs == 4);
