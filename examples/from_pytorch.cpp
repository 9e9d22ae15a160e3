// SPDX-License-Identifier: BSD-3-Clause
// From PyTorch to the device and back: a network that torch trained on three gases learns three
// others, and torch gets it back. gas_pytorch.safetensors is a state_dict as safetensors.torch
// writes it (data/make_networks.py); run this where examples/data lies.
#include <cstdio>
#include <string>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/io.hpp>
#include <halo/learned/halo_rule.hpp>
#include <halo/nn.hpp>

using namespace halo;

// nn.Sequential(nn.Linear(128, 30), nn.BatchNorm1d(30), nn.ReLU(), nn.Linear(30, 3))
using network = nn::sequential<nn::linear<128, 30>, nn::batch_norm, nn::relu, nn::linear<30, 3>>;
static adapt::adapter<network, nn::cross_entropy, learned::halo_rule, 32> device;

int main(int argc, char** argv) try {
  auto const gas = data::load_gas_sensor("examples/data/gas_sensor").samples;
  auto known = data::select_classes(gas, {1, 2, 3});
  data::standardizer const scale(known);  // as the training in PyTorch had it
  scale.apply(known);

  std::string const file = "examples/data/gas_pytorch.safetensors";
  device.assign(io::load_pytorch<network>(file).span());
  double const there = device.accuracy(known.x, known.y);
  std::printf("PyTorch's gases: %.1f %%\n", 100 * there);

  auto [train, test] = data::stratified_split(data::select_classes(gas, {4, 5, 6}), 0.25, seed{1});
  scale.apply(train), scale.apply(test);
  device.start_head(train.x, train.y);  // other classes: a new last layer
  data::batches stream(train, 32, seed{1});
  adapt::run(device, stream, {.iterations = 300});
  double const here = device.accuracy(test.x, test.y);
  std::printf("three others after 300 steps: %.1f %%\n", 100 * here);

  // For model.load_state_dict(load_file("adapted.safetensors")), under the names of the first file.
  if (argc > 1) io::save_pytorch<network>(argv[1], device.parameters(), device.statistics(), file);
  return there > 0.95 && here > 0.9 ? 0 : 1;
} catch (halo::error const& e) {
  std::puts(e.what());
  return 1;
}
