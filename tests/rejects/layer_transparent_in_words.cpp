// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `transparent` is true or false
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  static constexpr std::array<char, 4> transparent{};
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
