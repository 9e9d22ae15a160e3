// SPDX-License-Identifier: BSD-3-Clause
// error: halo: adapter: the second argument is a loss, such as nn::cross_entropy or nn::mean_square
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;
using network = nn::sequential<nn::linear<4, 3>>;

struct no_loss {};

static_assert(sizeof(adapt::adapter<network, no_loss>) > 0);
