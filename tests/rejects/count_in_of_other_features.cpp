// SPDX-License-Identifier: BSD-3-Clause
// error: halo: count_in: sums of as many features as the body of the network makes
#include <halo/adapt.hpp>
#include <halo/nn.hpp>

using namespace halo;

void count(adapt::adapter<nn::sequential<nn::linear<3, 2>>>& d, std::span<float const> x,
           std::span<std::int32_t const> y, adapt::nearest_mean<4, 2>& means) {
  d.count_in(x, y, means);
}
