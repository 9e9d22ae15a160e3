// SPDX-License-Identifier: BSD-3-Clause
// error: halo: loss: row_cost is called as row_cost(std::size_t outputs) and returns a
#include "common.hpp"

using namespace halo;

struct own : nn::mean_square {
  static constexpr std::size_t row_cost(std::size_t outputs) { return outputs; }
};

using network = nn::sequential<nn::linear<3, 2>>;
adapt::adapter<network, own, optim::sgd> device;
