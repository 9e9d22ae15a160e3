// SPDX-License-Identifier: BSD-3-Clause
// error: halo: start_head: a head is made for a network whose last layer is nn::linear
#include <halo/adapt.hpp>
#include <halo/nn.hpp>

using namespace halo;

void start(adapt::adapter<nn::sequential<nn::linear<2, 3>, nn::relu>, nn::cross_entropy>& d,
           std::span<float const> x, std::span<std::int32_t const> y) {
  d.start_head(x, y);
}
