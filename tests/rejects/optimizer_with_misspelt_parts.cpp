// SPDX-License-Identifier: BSD-3-Clause
// error: halo: optimizer: a member has almost the name of one that an optimizer may have:
// operations,
#include "common.hpp"

using namespace halo;

struct own : optim::sgd {
  static constexpr bool take_parts = true;
};

using network = nn::sequential<nn::linear<3, 2>>;
adapt::adapter<network, nn::cross_entropy, own> device;
