// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `scratch<X>` is a number: elements of work space an example
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  static constexpr std::size_t scratch = 4;
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
