// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `forward_activated` is forward_activated<X>(pass const& p, C theta, C x, P
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X, class C, class P>
  static void forward_activated(nn::pass const&, C theta, C x, P y);
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
