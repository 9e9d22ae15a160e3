// SPDX-License-Identifier: BSD-3-Clause
// error: halo: sequential: a network is no layer of another: write its layers in its place
#include "common.hpp"

using namespace halo;

using body = nn::sequential<nn::linear<4, 8>, nn::relu>;

static_assert(nn::sequential<body, nn::linear<8, 3>>::outputs == 3);
