// SPDX-License-Identifier: BSD-3-Clause
// error: halo: integer: integers need a range that stays
#include <halo/nn/integer_network.hpp>
#include <halo/nn/linear.hpp>

using namespace halo::nn;

using own = quantised<linear<4, 3>, quantisation{.input_ranges = ranges::batch}>;
static_assert(integers_of<sequential<own>>::outputs == 3);
