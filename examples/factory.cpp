// SPDX-License-Identifier: BSD-3-Clause
// What the factory does for firmware.cpp: trains a network and saves its parameters, which
// halo-embed makes a header of.
#include <cstdio>

#include <halo/adapt.hpp>

#include "support/small_adaptations.hpp"

using namespace halo;

using network = nn::sequential<nn::linear<16, 24>, nn::relu, nn::linear<24, 4>>;
static adapt::adapter<network, nn::cross_entropy, optim::adam, 8> device(
    optim::adam{{.rate = 3e-3F}}, seed{1});

int main(int argc, char** argv) try {
  auto const trained = support::adapt<decltype(device), 16, 4>(device, 2000);
  std::printf("%.1f %% in the last steps\n", 100 * trained.accuracy);
  if (argc > 1) adapt::save_parameters<network>(argv[1], device.parameters());
  return trained.accuracy > 0.9 ? 0 : 1;
} catch (halo::error const& e) {
  std::puts(e.what());
  return 1;
}
