// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `needs_output` is missing: whether backward reads y
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  void needs_output();
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
