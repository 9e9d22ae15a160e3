// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `output<X>`, the shape<...> of an output example, is missing
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class>
  using output = int;
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
