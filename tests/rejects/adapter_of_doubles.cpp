// SPDX-License-Identifier: BSD-3-Clause
// error: halo: adapter: the tensor's element type is not the one the network or its
#include <cstdint>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/tensor/factory.hpp>

using namespace halo;
using network = nn::sequential<nn::linear<4, 3>>;

void adapt(adapt::adapter<network>& a, tensor::array<double, 2> const& x,
           tensor::array<std::int32_t, 1> const& t) {
  a.step(x, t);
}
