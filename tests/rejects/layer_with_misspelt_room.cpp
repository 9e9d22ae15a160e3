// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: a member has almost the name of one that a layer may have: scratch,
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X>
  static constexpr std::size_t rooms = 64;
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
