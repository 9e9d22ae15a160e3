// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `memory<X>` is missing: how many elements an example forward keeps for
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X>
  static constexpr double memory = 1.5;
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
