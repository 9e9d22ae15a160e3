// SPDX-License-Identifier: BSD-3-Clause
// error: whether it may ask for the hardest examples, is missing or not static constexpr
#include "common.hpp"

using namespace halo;

struct own : optim::selection {
  static inline bool selective = false;
};

using network = nn::sequential<nn::linear<3, 2>>;
adapt::adapter<network, nn::cross_entropy, optim::sgd, 4, own> device;
