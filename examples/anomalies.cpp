// SPDX-License-Identifier: BSD-3-Clause
// Anomalies without labels: an autoencoder learns to give back what it is given, from rows of a
// machine that runs well. What it gives back badly is unlike all it has seen.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/nn.hpp>

using namespace halo;

using network = nn::sequential<nn::linear<16, 8>, nn::tanh, nn::linear<8, 2>, nn::linear<2, 8>,
                               nn::tanh, nn::linear<8, 16>>;
static adapt::adapter<network, nn::mean_square, optim::adam, 32> device(
    optim::adam{{.rate = 5e-3F}}, seed{1});

/// Sixteen sensors that all follow load and speed; a broken one follows neither.
static std::vector<float> readings(std::size_t rows, bool broken, seed s) {
  std::vector<float> x;
  generator g(s);
  for (std::size_t i = 0; i < rows; ++i) {
    float const load = g.normal(), speed = g.normal();
    std::uint32_t const which = g.below(16);
    for (std::size_t j = 0; j < 16; ++j) {
      float const angle = 0.4F * static_cast<float>(j);
      float const well = std::cos(angle) * load + std::sin(angle) * speed;
      x.push_back((broken && j == which ? 1.5F * g.normal() : well) + 0.05F * g.normal());
    }
  }
  return x;
}

/// How badly each row is given back.
static std::vector<double> errors(std::vector<float> const& x) {
  std::vector<double> found;
  auto const no =
      device.try_each_row(x, x, [&](std::size_t, double loss, double) { found.push_back(loss); });
  if (no) throw halo::error(to_string(no));
  return found;
}

int main() {
  for (std::uint64_t i = 0; i < 3000; ++i) {
    auto const x = readings(32, false, seed{100 + i});
    device.step(x, x);  // the targets are the inputs
  }
  auto seen = errors(readings(1000, false, seed{1}));
  std::nth_element(seen.begin(), seen.begin() + 990, seen.end());
  auto const share_above = [threshold = seen[990]](std::vector<double> const& found) {
    auto const above = [&](double e) { return e > threshold; };
    return static_cast<double>(std::count_if(found.begin(), found.end(), above)) / 1000;
  };
  double const false_alarms = share_above(errors(readings(1000, false, seed{2})));
  double const found = share_above(errors(readings(1000, true, seed{3})));
  std::printf("%.1f %% false alarms, %.1f %% found\n", 100 * false_alarms, 100 * found);
  return false_alarms < 0.03 && found > 0.7 ? 0 : 1;
}
