// SPDX-License-Identifier: BSD-3-Clause
// error: halo: loss: `name`, a word for checkpoints
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

struct own_loss : nn::mean_square {
  static constexpr int name = 3;
};

static_assert(sizeof(adapt::adapter<nn::sequential<nn::linear<4, 3>>, own_loss>) > 0);
