// SPDX-License-Identifier: BSD-3-Clause
// Microseconds of a step, the best of five times 200: for the ratio of two builds of this file.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <span>

#include "support/small_adaptations.hpp"

namespace {

template <class Network, class Optimizer, std::size_t Inputs>
void print(char const* name) {
  using clock = std::chrono::steady_clock;
  static halo::adapt::adapter<Network, halo::nn::cross_entropy, Optimizer, 32> device(
      {}, halo::seed{1});
  static support::measured<Inputs, 4, 32> batch;
  halo::generator from(halo::seed{7});
  batch.draw(from);
  double best = 1e9;
  for (int run = 0; run < 5; ++run) {
    auto const begin = clock::now();
    for (int i = 0; i < 200; ++i)
      static_cast<void>(
          device.try_step(std::span<float const>(batch.x), std::span<std::int32_t const>(batch.y)));
    best = std::min(best, std::chrono::duration<double>(clock::now() - begin).count() / 200);
  }
  std::printf("%-24s %9.1f\n", name, 1e6 * best);
}

}  // namespace

int main() {
  print<support::perceptron, halo::optim::adam, 26>("perceptron,adam");
  print<support::perceptron, halo::learned::halo_rule, 26>("perceptron,halo_rule");
  print<support::convolutional, halo::optim::adam, 144>("convolutional,adam");
}
