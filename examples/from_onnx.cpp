// SPDX-License-Identifier: BSD-3-Clause
// From ONNX to the device: halo-import made a type and weights of gas.onnx, a convolutional network
// that another framework trained on three gases; here it learns three others.
//
//     scripts/halo-import.py examples/data/gas.onnx --out gas_onnx
//
// gas_onnx.hpp lies in support/, gas_onnx.safetensors in data/. Run this where examples/data lies.
#include <cstdio>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/nn.hpp>

#include "support/gas_onnx.hpp"

using namespace halo;

using network = gas_onnx::network;  // 16 sensors of 8 features; channels last, as halo has them
static adapt::adapter<network, nn::cross_entropy, optim::adam, 32> device(optim::adam{
    {.rate = 3e-3F}});

int main() try {
  auto const gas = data::load_gas_sensor("examples/data/gas_sensor").samples;
  auto known = data::select_classes(gas, {1, 2, 3});
  data::standardizer const scale(known);  // as in the training
  scale.apply(known);

  device.assign(adapt::load_parameters<network>("examples/data/gas_onnx.safetensors").span());
  double const there = device.accuracy(known.x, known.y);
  std::printf("the gases it knows: %.1f %%\n%s", 100 * there, nn::summary<network>().c_str());

  auto [train, test] = data::stratified_split(data::select_classes(gas, {4, 5, 6}), 0.25, seed{1});
  scale.apply(train), scale.apply(test);
  device.start_head(train.x, train.y);
  data::batches stream(train, 32, seed{1});
  adapt::run(device, stream, {.iterations = 200});
  double const here = device.accuracy(test.x, test.y);
  std::printf("three others after 200 steps: %.1f %%\n", 100 * here);
  return there > 0.95 && here > 0.9 ? 0 : 1;
} catch (halo::error const& e) {
  std::puts(e.what());
  return 1;
}
