// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `observe` is bool observe<X>(pass const& p, T const* memory, float*
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X, class T>
  static bool observe(nn::pass const&, T const* memory, float* running);
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
