// SPDX-License-Identifier: BSD-3-Clause
// error: halo: batch_norm: epsilon is positive
#include <ratio>

#include <halo/nn/batch_norm.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

static_assert(
    nn::sequential<shape<4>, nn::basic_batch_norm<std::ratio<1, 10>, std::ratio<0>>>::outputs == 4);
