// SPDX-License-Identifier: BSD-3-Clause
// error: halo: conv: the kernel is larger than its padded input
#include <halo/nn/conv2d.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<halo::shape<4, 8, 3>, conv2d<6, 5, 1, padding::valid>>::outputs == 24);
