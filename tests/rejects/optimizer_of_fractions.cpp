// SPDX-License-Identifier: BSD-3-Clause
// error: halo: optimizer: `operations_per_parameter`, a number, is missing or no static constexpr
#include "common.hpp"

using namespace halo;

struct own : optim::sgd {
  static constexpr double operations_per_parameter = 1.5;
};

using network = nn::sequential<nn::linear<3, 2>>;
adapt::adapter<network, nn::cross_entropy, own> device;
