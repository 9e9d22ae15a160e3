// SPDX-License-Identifier: BSD-3-Clause
// Lesson 4: train a network from nothing. Three spirals that wind around each other; no straight
// line separates them.
#include <cmath>
#include <cstdio>
#include <memory>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/nn.hpp>
#include <halo/optim.hpp>

using namespace halo;

namespace {

/// Points (x, y) along three arms of a spiral, with a little noise.
data::dataset spirals(std::size_t rows, seed s) {
  data::dataset d = data::make_dataset(rows, 2, 3);
  generator g(s);
  for (std::size_t i = 0; i < rows; ++i) {
    std::size_t const arm = i % 3;
    double const radius = 0.1 + 0.9 * static_cast<double>(g.uniform());
    double const angle = 5 * radius + 2.0944 * static_cast<double>(arm);
    auto const blur = [&] { return 0.02 * static_cast<double>(g.normal()); };
    d.x(i, 0) = static_cast<float>(radius * std::cos(angle) + blur());
    d.x(i, 1) = static_cast<float>(radius * std::sin(angle) + blur());
    d.y(i) = static_cast<std::int32_t>(arm);
  }
  return d;
}

// A network is a type. A layer that does not fit its neighbour is a sentence from the compiler.
using network =
    nn::sequential<nn::linear<2, 32>, nn::tanh, nn::linear<32, 32>, nn::tanh, nn::linear<32, 3>>;
using device = adapt::adapter<network, nn::cross_entropy, optim::adam, /* max batch */ 64>;

}  // namespace

int main() {
  std::printf("%s\n", nn::summary<network>().c_str());

  data::dataset train = spirals(1200, seed{1});
  data::dataset test = spirals(600, seed{2});
  data::standardizer const scale(train);  // mean 0, deviation 1, learned from training rows alone
  scale.apply(train);
  scale.apply(test);

  // sizeof is all the memory there is: parameters, gradient, Adam's moments, activations.
  std::printf("the whole trainer: %zu bytes\n\n", sizeof(device));
  auto const d = std::make_unique<device>(optim::adam{{.rate = 0.01F}}, seed{7});
  auto const start = d->evaluate(test.x, test.y);
  std::printf("epoch  0   loss %.4f   held-out accuracy %5.1f %%\n", start.loss,
              100 * start.accuracy);

  data::batches stream(train, 64, seed{3});  // shuffled anew for every epoch
  double last = start.loss;
  int falls = 0;
  for (int epoch = 1; epoch <= 20; ++epoch) {
    for (auto [x, y] : stream) d->step(x, y);
    if (epoch > 2 && epoch != 5 && epoch != 20) continue;
    auto const e = d->evaluate(test.x, test.y);
    std::printf("epoch %2d   loss %.4f   held-out accuracy %5.1f %%\n", epoch, e.loss,
                100 * e.accuracy);
    falls += e.loss < last ? 1 : 0;
    last = e.loss;
  }
  auto const end = d->evaluate(test.x, test.y);
  bool const learned = falls == 4 && end.loss < start.loss / 10 && end.accuracy > 0.97;
  std::printf("%s\n", learned ? "learned" : "NOT LEARNED");
  return learned ? 0 : 1;
}
