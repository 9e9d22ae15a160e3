// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `room<X>` and `room_of_few<X>` are numbers: bytes that
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  static constexpr std::size_t room = 64;
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
