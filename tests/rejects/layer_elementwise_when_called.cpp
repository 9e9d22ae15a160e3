// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `elementwise` is missing: whether y may lie on top of x, and dx of dy, a
// constexpr
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  static constexpr bool elementwise() { return false; }
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
