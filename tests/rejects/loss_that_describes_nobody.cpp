// SPDX-License-Identifier: BSD-3-Clause
// error: halo: loss: `describe` is static constexpr void describe(auto&& f)
#include "common.hpp"

using namespace halo;

struct own : nn::mean_square {
  void describe(auto&& f) { f.constant("share", 1); }
};

using network = nn::sequential<nn::linear<3, 2>>;
adapt::adapter<network, own, optim::sgd> device;
