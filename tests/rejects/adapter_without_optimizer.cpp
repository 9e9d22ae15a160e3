// SPDX-License-Identifier: BSD-3-Clause
// error: halo: adapter: the third argument is an optimizer, such as optim::adam
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;
using network = nn::sequential<nn::linear<4, 3>>;

struct no_optimizer {};

static_assert(sizeof(adapt::adapter<network, nn::cross_entropy, no_optimizer>) > 0);
