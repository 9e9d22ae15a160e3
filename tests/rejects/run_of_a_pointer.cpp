// SPDX-License-Identifier: BSD-3-Clause
// error: halo: run: the first argument is a device: *device where adapt::make made it
#include <halo/adapt/adapter.hpp>
#include <halo/adapt/buffer.hpp>
#include <halo/adapt/make.hpp>
#include <halo/adapt/run.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;
using network = nn::sequential<nn::linear<4, 2>>;

void learn(adapt::buffer<network, 8>& rows) {
  auto device = adapt::make<adapt::adapter<network>>();
  adapt::run(device, rows, {.iterations = 10});
}
