// SPDX-License-Identifier: BSD-3-Clause
// error: halo: evaluate: the measure is a variable
#include <array>
#include <cstdint>

#include <halo/adapt/predictor.hpp>
#include <halo/measure/confusion.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

void look(adapt::predictor<nn::sequential<nn::linear<4, 3>>> const& p) {
  std::array<float, 4> const x{};
  std::array<std::int32_t, 1> const y{};
  p.evaluate(x, y, measure::balanced_accuracy<3>{});
}
