// SPDX-License-Identifier: BSD-3-Clause
// error: halo: loss: `target` is what an answer is made of
#include <string>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

struct own_loss : nn::mean_square {
  using target = std::string;
};

static_assert(sizeof(adapt::adapter<nn::sequential<nn::linear<4, 3>>, own_loss>) > 0);
