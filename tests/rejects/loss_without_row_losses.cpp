// SPDX-License-Identifier: BSD-3-Clause
// error: halo: loss: `value_and_losses` is missing
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

struct own_loss : nn::mean_square {
  void value_and_losses();
};

static_assert(sizeof(adapt::adapter<nn::sequential<nn::linear<4, 3>>, own_loss>) > 0);
