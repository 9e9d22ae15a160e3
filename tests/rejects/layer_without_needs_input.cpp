// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `needs_input` is missing: whether backward reads x
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  void needs_input();
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
