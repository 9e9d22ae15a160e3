// SPDX-License-Identifier: BSD-3-Clause
// error: halo: sequential: a network has at least one layer
#include <halo/nn/sequential.hpp>

static_assert(halo::nn::sequential<halo::shape<3>>::outputs == 3);
