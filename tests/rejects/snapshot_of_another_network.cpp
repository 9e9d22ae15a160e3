// SPDX-License-Identifier: BSD-3-Clause
// error: halo: snapshot: its network is that of the device
#include <halo/adapt/adapter.hpp>
#include <halo/adapt/snapshot.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

using small = nn::sequential<nn::linear<4, 3>>;
using large = nn::sequential<nn::linear<4, 30>>;
adapt::adapter<large> device;
adapt::snapshot<small> const before(device);
