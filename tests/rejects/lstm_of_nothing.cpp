// SPDX-License-Identifier: BSD-3-Clause
// error: halo: recurrent: a layer has at least one unit
#include <halo/nn/lstm.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(nn::sequential<shape<4, 4>, nn::lstm<0>>::outputs == 0);
