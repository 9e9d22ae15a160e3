// SPDX-License-Identifier: BSD-3-Clause
// error: halo: evaluate: the measure does not count targets of this loss
#include <halo/adapt/predictor.hpp>
#include <halo/measure/errors.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

void look(adapt::predictor<nn::sequential<nn::linear<4, 3>>> const& p, std::span<float const> x,
          std::span<std::int32_t const> t) {
  measure::rmse error;
  p.evaluate(x, t, error);
}
