// SPDX-License-Identifier: BSD-3-Clause
// error: halo: run: the second argument is a stream of mini-batches, which has next() and is not
#include <halo/adapt/adapter.hpp>
#include <halo/adapt/buffer.hpp>
#include <halo/adapt/run.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;
using network = nn::sequential<nn::linear<4, 2>>;

void learn(adapt::adapter<network>& device, adapt::buffer<network, 8> const& rows) {
  adapt::run(device, rows, {.iterations = 10}, rows.all());
}
