// SPDX-License-Identifier: BSD-3-Clause
// error: halo: start_head: a head is made of the rows of classes; the targets of this loss are
// numbers, of which there are no classes
#include <halo/adapt.hpp>
#include <halo/nn.hpp>

using namespace halo;

void start(adapt::adapter<nn::sequential<nn::linear<2, 1>>, nn::mean_square>& d,
           std::span<float const> x, std::span<float const> y) {
  d.start_head(x, y);
}
