// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `operations<X>` is missing: multiply-adds of forward an example, a constexpr
// whole
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X>
  static constexpr int operations = -2;
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
