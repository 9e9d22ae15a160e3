// SPDX-License-Identifier: BSD-3-Clause
// The smallest program that adapts: an MLP 16-32-4 takes one step and prints the loss.
// measure.py builds and weighs it.
#include <cstdint>
#include <cstdio>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/sgd.hpp>

using namespace halo;

using network = nn::sequential<nn::linear<16, 32>, nn::relu, nn::linear<32, 4>>;
static adapt::adapter<network, nn::cross_entropy, optim::sgd, 8> device(optim::sgd{}, seed{1});

int main() {
  float x[8 * 16];
  std::int32_t y[8];
  for (int i = 0; i < 8 * 16; ++i) x[i] = static_cast<float>(i % 7) - 3;
  for (int i = 0; i < 8; ++i) y[i] = i % 4;
  std::printf("%.4f\n", device.step(std::span<float const>(x), y).loss);
  return device.totals().layers == 2 ? 0 : 1;
}
