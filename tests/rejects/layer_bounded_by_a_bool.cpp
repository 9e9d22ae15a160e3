// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `backward` returns nothing, or a bound on the gradient that it wrote
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X, class P>
  static bool backward(nn::pass const&, nn::backward_arguments<P> const&) noexcept {
    return true;
  }
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
