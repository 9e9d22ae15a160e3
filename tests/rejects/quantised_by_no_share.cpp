// SPDX-License-Identifier: BSD-3-Clause
// error: halo: quantised: the share of the newest mini-batch
#include <halo/nn/linear.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

static_assert(sequential<quantised<linear<4, 3>, quantisation{.newest_percent = 0}>>::outputs == 3);
