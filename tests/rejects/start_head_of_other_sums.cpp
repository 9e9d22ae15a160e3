// SPDX-License-Identifier: BSD-3-Clause
// error: halo: start_head: sums of the features and classes of the network's head
#include <halo/adapt.hpp>
#include <halo/nn.hpp>

using namespace halo;

void start(adapt::adapter<nn::sequential<nn::linear<3, 2>>>& d, adapt::discriminant<3, 4>& sums) {
  d.start_head(sums);
}
