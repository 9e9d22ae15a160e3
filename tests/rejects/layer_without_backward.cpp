// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `backward` is missing or takes something else than backward<X>(pass const&
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X, class P>
  static void backward(P dy, P dx);
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
