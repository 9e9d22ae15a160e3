// SPDX-License-Identifier: BSD-3-Clause
// error: halo: checkpoint: a value beside the device describes itself (record), or is a number or
#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

void keep(adapt::adapter<nn::sequential<nn::linear<4, 2>>> const& device, double best) {
  static_cast<void>(adapt::write(device, best));
}
