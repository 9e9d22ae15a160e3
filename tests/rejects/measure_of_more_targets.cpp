// SPDX-License-Identifier: BSD-3-Clause
// error: halo: evaluate: the measure is of as many targets as the loss has
#include <array>

#include <halo/adapt/predictor.hpp>
#include <halo/measure/errors.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

void look(adapt::predictor<nn::sequential<nn::linear<4, 3>>, 1, nn::mean_square> const& p) {
  std::array<float, 4> const x{};
  std::array<float, 3> const y{};
  measure::r2<5> five;
  p.evaluate(x, y, five);
}
