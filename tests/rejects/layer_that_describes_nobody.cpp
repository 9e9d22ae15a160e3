// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `describe` is static constexpr void describe(auto&& f)
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  static constexpr void describe();
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
