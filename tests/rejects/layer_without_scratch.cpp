// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `forward` takes work space, and neither `scratch<X>` nor `fixed_scratch<X>`
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X, class C, class P>
  static void forward(nn::pass const&, C theta, C x, P y, P memory, P scratch);
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
