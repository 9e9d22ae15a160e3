// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `kind`, a word for summaries, is missing or not constexpr
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  static inline char const* kind = "own";
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
