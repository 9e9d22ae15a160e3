// SPDX-License-Identifier: BSD-3-Clause
// error: halo: checkpoint: what is saved or resumed is a device: *device where adapt::make made it
#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint_bytes.hpp>
#include <halo/adapt/make.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

void keep() {
  auto const device = adapt::make<adapt::adapter<nn::sequential<nn::linear<4, 2>>>>();
  static_cast<void>(adapt::write(device));
}
