// SPDX-License-Identifier: BSD-3-Clause
// error: halo: optimizer: a member has almost the name of one that an optimizer may have:
// operations,
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/gated.hpp>

using namespace halo;

struct own : optim::adam {
  using prefered_policy = optim::gated<>;
};

using network = nn::sequential<nn::linear<4, 2>>;
static adapt::adapter<network, nn::cross_entropy, own, 8> device;
