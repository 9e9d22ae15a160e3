// SPDX-License-Identifier: BSD-3-Clause
// error: halo: leaky_relu: its slope is positive
#include <ratio>

#include <halo/nn.hpp>

using namespace halo;

using network = nn::sequential<nn::linear<2, 2>, nn::basic_leaky_relu<std::ratio<-1, 5>>>;
static_assert(network::parameters > 0);
