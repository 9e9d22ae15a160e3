// SPDX-License-Identifier: BSD-3-Clause
// error: halo: integers_of: the network has no quantised layer
#include <halo/nn/integer_network.hpp>
#include <halo/nn/linear.hpp>

using namespace halo::nn;

static_assert(integers_of<sequential<linear<4, 3>>>::outputs == 3);
