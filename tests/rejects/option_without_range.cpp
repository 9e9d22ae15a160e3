// SPDX-License-Identifier: BSD-3-Clause
// error: halo: record: an option that is a number has a range,
#include "common.hpp"

using namespace halo;

struct own : optim::sgd {
  float share = 1;
  static constexpr void record(auto& self, auto&& f) { f.option("share", self.share); }
};

using network = nn::sequential<nn::linear<3, 2>>;
adapt::adapter<network, nn::cross_entropy, own> device;
