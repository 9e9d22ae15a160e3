// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `memory<X>` is missing: how many elements an example forward keeps for
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  static constexpr std::size_t memory = 1;
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
