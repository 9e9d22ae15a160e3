// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `tensors<X>` is missing: a std::array of tensor_spec, its parameters
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  void tensors();
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
