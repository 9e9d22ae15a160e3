// SPDX-License-Identifier: BSD-3-Clause
// error: halo: policy: a member has almost the name of one that a policy may have: misfit,
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

struct own : optim::selection {
  using ungate = optim::selection;
};

using network = nn::sequential<nn::linear<4, 2>>;
static adapt::adapter<network, nn::cross_entropy, optim::adam, 8, own> device;
