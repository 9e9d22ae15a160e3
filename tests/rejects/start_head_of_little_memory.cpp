// SPDX-License-Identifier: BSD-3-Clause
// error: halo: start_head: the adapter has too little memory for the covariance of so many
// features; count_in an adapt::discriminant of your own, or take imprinting
#include <halo/adapt.hpp>
#include <halo/nn.hpp>

using namespace halo;

void start(adapt::adapter<nn::sequential<nn::linear<300, 2>>, nn::cross_entropy, optim::adam, 1>& d,
           std::span<float const> x, std::span<std::int32_t const> y) {
  d.start_head(x, y);
}
