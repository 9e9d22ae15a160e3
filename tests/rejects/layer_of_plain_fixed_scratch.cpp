// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `fixed_scratch<X>` is a number: elements of work space in all
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  static constexpr std::size_t fixed_scratch = 4;
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
