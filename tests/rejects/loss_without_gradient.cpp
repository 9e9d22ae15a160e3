// SPDX-License-Identifier: BSD-3-Clause
// error: halo: loss: `value_and_gradient` is missing
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

struct own_loss : nn::mean_square {
  static float value_and_gradient(float const* y, float const* t, float* dy);
};

static_assert(sizeof(adapt::adapter<nn::sequential<nn::linear<4, 3>>, own_loss>) > 0);
