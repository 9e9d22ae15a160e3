// SPDX-License-Identifier: BSD-3-Clause
// error: halo: optimizer: preferred_policy is a type, a policy
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

struct own : optim::adam {
  using preferred_policy = float;
};

using network = nn::sequential<nn::linear<4, 2>>;
static adapt::adapter<network, nn::cross_entropy, own, 8> device;
