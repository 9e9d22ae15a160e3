// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: L is no layer: `accepts<X>`, whether examples of shape X fit, is missing
#include "../support/smallest_layer.hpp"

using namespace halo;

static_assert(nn::sequential<shape<3>, kernel::relu>::outputs == 3);
