// SPDX-License-Identifier: BSD-3-Clause
// error: halo: predict: the answers go into memory of yours
#include <array>

#include <halo/adapt/predictor.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;

void ask(adapt::predictor<nn::sequential<nn::linear<4, 3>>> const& p) {
  std::array<float, 4> const x{};
  auto y = p.predict(x);
}
