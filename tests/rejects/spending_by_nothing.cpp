// SPDX-License-Identifier: BSD-3-Clause
// error: halo: spending: counts by a model, a meter or both; no_model has a meter behind it
#include "common.hpp"

using namespace halo;

using network = nn::sequential<nn::linear<3, 2>>;
adapt::adapter<network, nn::cross_entropy, optim::sgd> device;
adapt::spending spent(device, adapt::no_model{});
