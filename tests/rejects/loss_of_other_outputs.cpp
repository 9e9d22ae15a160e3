// SPDX-License-Identifier: BSD-3-Clause
// error: halo: adapter: the loss does not take the network's number of outputs; nn::gaussian_nll
#include <halo/adapt/adapter.hpp>
#include <halo/nn/gaussian_nll.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;
using network = nn::sequential<nn::linear<4, 3>>;

static_assert(sizeof(adapt::adapter<network, nn::gaussian_nll>) > 0);
