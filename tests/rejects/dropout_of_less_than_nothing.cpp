// SPDX-License-Identifier: BSD-3-Clause
// error: halo: dropout: the rate lies in [0, 1)
#include <ratio>

#include <halo/nn/dropout.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(nn::sequential<shape<4>, nn::dropout<std::ratio<-1, 2>>>::outputs == 4);
