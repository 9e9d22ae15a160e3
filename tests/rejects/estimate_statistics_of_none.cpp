// SPDX-License-Identifier: BSD-3-Clause
// error: halo: estimate_statistics: the network has no running statistics
#include <halo/adapt.hpp>
#include <halo/nn.hpp>

using namespace halo;

void estimate(adapt::adapter<nn::sequential<nn::linear<3, 2>>>& d, std::span<float const> x) {
  d.estimate_statistics(x);
}
