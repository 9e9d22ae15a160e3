// SPDX-License-Identifier: BSD-3-Clause
// error: halo: predict: the workspace is one for this network
#include <array>

#include <halo/adapt/predictor.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

using small = nn::sequential<nn::linear<4, 3>, nn::linear<3, 2>>;
using large = nn::sequential<nn::linear<4, 300>, nn::linear<300, 2>>;

void answer(adapt::predictor<large> const& p, adapt::inference_workspace<small, 8>& work) {
  std::array<float, 4> const x{};
  std::array<float, 2> y{};
  p.predict(x, y, work);
}
