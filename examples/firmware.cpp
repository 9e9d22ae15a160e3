// SPDX-License-Identifier: BSD-3-Clause
// Firmware with weights in flash: the network that the factory trained (factory.cpp) is a constant
// of the program, and no step changes it. In RAM a head of 100 numbers learns what a machine looks
// like, four of whose sensors are wired the wrong way round. No heap, no files; runs on a board.
//
//     build/examples/factory vibration.safetensors
//     build/examples/halo-embed vibration.safetensors > examples/support/vibration.hpp
#include <halo/device.hpp>

#include "support/console.hpp"
#include "support/small_adaptations.hpp"
#include "support/vibration.hpp"

using namespace halo;

using network = nn::sequential<nn::linear<16, 24>, nn::relu, nn::linear<24, 4>>;
using split = nn::head<network>;  // its body, and where its last layer begins
using head_type = adapt::adapter<nn::sequential<nn::linear<split::features, network::outputs>>,
                                 nn::cross_entropy, optim::sgd, 8>;

static adapt::flash_predictor<network, vibration, 8> known;
static head_type head(optim::sgd{{.rate = 0.05F}}, known.parameters().subspan(split::weights));
static_assert(sizeof(known) + sizeof(head) < 6144);  // bytes of RAM

/// Readings of this machine.
static support::measured<16, 4, 8> batch;
static void read_sensors(generator& from) {
  batch.draw(from);
  for (std::size_t i = 0; i < batch.x.size(); ++i) batch.x[i] *= i % 16 < 4 ? -1.0F : 1.0F;
}

static std::array<float, 8 * split::features> features;

/// Right answers among 400.
static std::uint32_t right_ones(generator from) {
  double right = 0;
  for (int i = 0; i < 50; ++i) {
    read_sensors(from);
    if (known.try_features(batch.x, features)) return 0;
    right += 8 * head.try_evaluate(features, batch.y).accuracy;
  }
  return static_cast<std::uint32_t>(right + 0.5);
}

int main() {
  if (!known.intact()) return support::write("flash is worn out\n"), 1;
  auto const before = right_ones(generator(seed{1}));
  generator from(seed{2});
  for (int i = 0; i < 600; ++i) {
    read_sensors(from);
    if (known.try_features(batch.x, features)) return 1;
    if (head.try_step(features, batch.y).status != optim::status::done) return 1;
  }
  auto const after = right_ones(generator(seed{1}));
  support::write_decimal(before), support::write(" of 400 right, then ");
  support::write_decimal(after), support::write("\n");
  return after > before && after > 360 ? 0 : 1;
}
