// SPDX-License-Identifier: BSD-3-Clause
// error: halo: run: behind the budget come held-out examples
#include <halo/adapt/adapter.hpp>
#include <halo/adapt/buffer.hpp>
#include <halo/adapt/run.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;
using network = nn::sequential<nn::linear<4, 2>>;

void learn(adapt::adapter<network>& device, adapt::buffer<network, 8>& rows) {
  adapt::try_run(device, rows, {.iterations = 10}, [](adapt::report const&) {});
}
