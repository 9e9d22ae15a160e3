// SPDX-License-Identifier: BSD-3-Clause
//
// A hand-written optimizer of your own: Lion [Chen et al. 2023, "Symbolic discovery of optimization
// algorithms"], in support/lion.hpp. It goes into every wrapper and every adapter, and
// optim::broken_promise tests it.

#include <halo/adapt.hpp>
#include <halo/nn.hpp>
#include <halo/optim.hpp>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

#include "support/lion.hpp"

using namespace halo;
using support::lion;

using network = nn::sequential<nn::linear<6, 24>, nn::relu, nn::linear<24, 3>>;

/// Mini-batches of a task: the class is where the largest of the first three numbers is.
struct examples {
  std::vector<float> x;
  std::vector<std::int32_t> t;
  examples(std::size_t rows, std::uint64_t stream) {
    generator g(seed{7}, stream);
    for (std::size_t r = 0; r < rows; ++r) {
      float row[6];
      for (float& v : row) x.push_back(v = g.normal());
      t.push_back(row[0] >= row[1] && row[0] >= row[2] ? 0 : row[1] >= row[2] ? 1 : 2);
    }
  }
};

/// Right answers after 1500 steps on 32 examples each.
template <class Optimizer>
double learn(Optimizer const& rule, optim::selection const& layers) {
  using device = adapt::adapter<network, nn::cross_entropy, Optimizer, 32, optim::selection>;
  auto const d = std::make_unique<device>(rule, seed{1}, layers);
  for (std::uint64_t i = 0; i < 1500; ++i) {
    examples const e(32, i);
    d->step(e.x, e.t);
  }
  examples const test(2000, 1'000'000);
  return 100 * d->accuracy(test.x, test.t);
}

int main() {
  if (char const* const broken = optim::broken_promise(lion{})) {
    std::printf("lion does not keep this: %s\n", broken);
    return 1;
  }
  lion const rule{.rate = 1e-3F};
  optim::cosine const down{.steps = 1500, .warm_up = 50};
  auto const all = optim::selection::dense();
  std::printf("lion keeps what every optimizer promises\n");
  std::printf("alone                                     %.1f %%\n", learn(rule, all));
  std::printf("half of the layers in a step              %.1f %%\n",
              learn(rule, optim::selection::uniform(0.5)));
  std::printf("%-40s  %.1f %%\n", optim::averaged<lion>::name, learn(optim::averaged(rule), all));
  auto const clipped = optim::clipped(optim::averaged(rule), {.norm = 1});
  auto const scheduled = optim::scheduled(clipped, down);
  std::printf("%-40s  %.1f %%\n", decltype(scheduled)::name, learn(scheduled, all));
}
