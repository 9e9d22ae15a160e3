// SPDX-License-Identifier: BSD-3-Clause
// error: halo: dropout: the rate lies in [0, 1)
#include <ratio>

#include <halo/nn/dropout.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<linear<4, 3>, dropout<std::ratio<1>>>::outputs == 3);
