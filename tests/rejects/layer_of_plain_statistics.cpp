// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `statistics<X>` is a std::array of tensor_spec, as `tensors<X>` is
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  static constexpr std::size_t statistics = 2;
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
