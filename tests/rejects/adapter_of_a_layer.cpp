// SPDX-License-Identifier: BSD-3-Clause
// error: halo: adapter: the first argument is a network, nn::sequential<...>; a layer alone is one
#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>

using namespace halo;
static adapt::adapter<nn::linear<4, 2>> device;
