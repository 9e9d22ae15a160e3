// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `forward` is missing or takes something else than forward<X>(pass const& p,
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X, class C, class P>
  static void forward(C x, P y);
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
