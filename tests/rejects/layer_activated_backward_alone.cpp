// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `backward_activated` is backward_activated<X>(pass const& p,
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X, class P, class F>
  static P backward_activated(nn::pass const&, nn::backward_arguments<P> const&, F);
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
