// SPDX-License-Identifier: BSD-3-Clause
// error: halo: loss: a member has almost the name of one that a loss may have: target_range,
#include "common.hpp"

using namespace halo;

struct own : nn::mean_square {
  static constexpr allowed targets_range(std::size_t) { return allowed::share(); }
};

using network = nn::sequential<nn::linear<3, 2>>;
adapt::adapter<network, own, optim::sgd> device;
