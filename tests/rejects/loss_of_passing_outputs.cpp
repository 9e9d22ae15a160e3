// SPDX-License-Identifier: BSD-3-Clause
// error: halo: loss: takes_outputs is constexpr, called as takes_outputs(std::size_t
#include "common.hpp"

using namespace halo;

struct own : nn::mean_square {
  static bool takes_outputs(std::size_t outputs) { return outputs > 1; }
};

using network = nn::sequential<nn::linear<3, 2>>;
adapt::adapter<network, own, optim::sgd> device;
