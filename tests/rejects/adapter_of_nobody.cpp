// SPDX-License-Identifier: BSD-3-Clause
// error: halo: adapter: the largest mini-batch has at least one example
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;
using network = nn::sequential<nn::linear<4, 3>>;

static_assert(sizeof(adapt::adapter<network, nn::cross_entropy, optim::adam, 0>) > 0);
