// SPDX-License-Identifier: BSD-3-Clause
// Lesson 5: spend less. A mask says which layers a step may touch; weight gradients of the others
// are not computed, nothing runs below the lowest one, and an empty mask runs nothing at all.
#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/core/stopwatch.hpp>
#include <halo/nn.hpp>
#include <halo/optim.hpp>

using namespace halo;

using network = nn::sequential<nn::linear<64, 64>, nn::relu, nn::linear<64, 64>, nn::relu,
                               nn::linear<64, 64>, nn::relu, nn::linear<64, 8>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::adam, 64>;
constexpr int steps = 1000;

/// Whether each layer's parameters kept every bit.
std::vector<bool> untouched(std::vector<float> const& before, std::span<float const> now) {
  std::vector<bool> same(network::layers, true);
  for (parameter_info const& t : network::layout::table) {
    if (std::memcmp(&before[t.offset], &now[t.offset], t.count * sizeof(float)) != 0)
      same[t.layer] = false;
  }
  return same;
}

int main() {
  generator g(seed{11});
  std::vector<float> x(64 * 64);
  std::vector<std::int32_t> label(64);
  for (float& e : x) e = g.normal();
  for (std::int32_t& e : label) e = static_cast<std::int32_t>(g.below(8));

  std::array<double, 4> const head{0, 0, 0, 1}, top{0, 0, 1, 1}, one{0, 1, 0, 0};
  struct arm {
    char const* name;
    optim::selection select;
  };
  arm const arms[] = {{"all layers", optim::selection::dense()},
                      {"10/30/50 % at random", optim::selection::thirds(network::layers)},
                      {"the upper two", optim::selection::custom(top)},
                      {"the last alone", optim::selection::custom(head)},
                      {"the second alone", optim::selection::custom(one)},
                      {"none", optim::selection::uniform(0)}};
  std::printf("%-22s %9s %8s %9s %9s   untouched\n", "a step may touch", "Mop/step", "of all",
              "us/step", "of all");
  double all_operations = 0, all_seconds = 0;
  bool right = true;
  for (arm const& a : arms) {
    auto const d = std::make_unique<device>(optim::adam{}, seed{7}, a.select);
    std::vector<float> const before(d->parameters().begin(), d->parameters().end());
    std::uint64_t asked = 0;  // what the masks of these steps cost, by the equations
    stopwatch const clock;
    for (int i = 0; i < steps; ++i) {
      layer_mask const m = d->step(std::span<float const>(x), label).layers;
      asked += network::operations(m, 64) +
               network::selected_parameters(m) * optim::adam::operations_per_parameter;
    }
    double const seconds = clock.seconds();
    auto const operations = static_cast<double>(d->totals().operations);
    right = right && d->totals().operations == asked;
    if (all_operations == 0) all_operations = operations, all_seconds = seconds;
    std::printf("%-22s %9.3f %6.1f %% %9.2f %6.1f %%  ", a.name, operations * 1e-6 / steps,
                100 * operations / all_operations, seconds * 1e6 / steps,
                100 * seconds / all_seconds);
    auto const same = untouched(before, d->parameters());
    for (std::size_t j = 0; j < network::layers; ++j) {
      if (same[j]) std::printf(" %zu", j);
      right = right && same[j] == (a.select.probability(j) == 0);  // what it may not touch, it kept
    }
    std::printf("\n");
  }
  return right ? 0 : 1;
}
