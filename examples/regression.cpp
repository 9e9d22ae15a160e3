// SPDX-License-Identifier: BSD-3-Clause
// Regression: how much of a gas is in the air, from 16 sensors; some of the labels are far off. The
// target is a number, brought to order one as the inputs are, and turned back where it is shown.
// Run this where examples/data lies.
#include <cmath>
#include <cstdio>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/measure.hpp>
#include <halo/nn.hpp>

using namespace halo;

using network = nn::sequential<nn::linear<128, 24>, nn::tanh, nn::linear<24, 1>>;
static adapt::adapter<network, nn::huber<>, optim::adam, 32> device(optim::adam{{.rate = 2e-3F}},
                                                                    seed{1});

/// Parts per million as a number of order one, and back.
static float target_of(float ppm) { return std::log(ppm / 100); }
static float ppm_of(float target) { return 100 * std::exp(target); }

/// The rows of one gas, whose targets are numbers.
static data::regression concentrations(data::gas_sensor const& gas, std::int32_t label) {
  auto const rows = data::rows_where(std::span(gas.samples.y.data(), gas.samples.rows()), {label});
  auto d = data::make_regression(rows.size(), 128, 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(&gas.samples.x(rows[i], 0), 128, &d.x(i, 0));
    d.y(i, 0) = target_of(gas.ppm[rows[i]]);
  }
  return d;
}

int main() try {
  auto const gas = data::load_gas_sensor("examples/data/gas_sensor");
  auto [train, test] = data::random_split(concentrations(gas, 2), 0.25, seed{1});
  data::standardizer const scale(train);
  scale.apply(train), scale.apply(test);
  for (std::size_t i = 0; i < train.rows(); i += 20) train.y(i, 0) = target_of(1000);  // mistakes

  data::batches stream(train, 32, seed{1});
  adapt::budget const budget{.iterations = 3000, .loss = 0.001, .patience = 10};
  auto const end = adapt::run(device, stream, budget, test);
  measure::rmse far;
  measure::r2<1> explained;
  auto const held_out = device.evaluate(test.x, test.y, far, explained);
  std::printf("%s: loss %.4f, off by a factor of %.2f, r2 %.3f\n", text(end.reason), held_out.loss,
              std::exp(far.value()), explained.value());
  float answer[1];
  device.predict(std::span<float const>(&test.x(0, 0), 128), answer);
  std::printf("%.0f ppm, and the network says %.0f\n", static_cast<double>(ppm_of(test.y(0, 0))),
              static_cast<double>(ppm_of(answer[0])));
  return explained.value() > 0.7 ? 0 : 1;
} catch (halo::error const& e) {
  std::puts(e.what());
  return 1;
}
