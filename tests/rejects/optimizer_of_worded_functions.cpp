// SPDX-License-Identifier: BSD-3-Clause
// error: halo: optimizer: functions_per_parameter is a number
#include "common.hpp"

using namespace halo;

struct own : optim::sgd {
  static constexpr char const* functions_per_parameter = "2";
};

using network = nn::sequential<nn::linear<3, 2>>;
adapt::adapter<network, nn::cross_entropy, own> device;
