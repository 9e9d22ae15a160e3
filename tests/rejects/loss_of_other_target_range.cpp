// SPDX-License-Identifier: BSD-3-Clause
// error: halo: loss: target_range is constexpr, called as target_range(std::size_t
#include "common.hpp"

using namespace halo;

struct own : nn::mean_square {
  static constexpr allowed target_range = allowed::share();
};

using network = nn::sequential<nn::linear<3, 2>>;
adapt::adapter<network, own, optim::sgd> device;
