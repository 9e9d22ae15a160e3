// SPDX-License-Identifier: BSD-3-Clause
// error: halo: loss: `value_and_gradient` cannot be called on P
#include <halo/nn/gradient.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/loss.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo;
using network = nn::sequential<nn::linear<4, 3>>;

struct own_loss : nn::mean_square {
  static float value_and_gradient(std::size_t rows, std::size_t outputs, float const* y,
                                  float const* t, float* dy) noexcept {
    return nn::mean_square::value_and_gradient(rows, outputs, y, t, dy);
  }
};

double check(nn::workspace<network, double, 1>& w, double const* x, float const* t) {
  return nn::value<network, own_loss, double*>({.rows = 1}, x, x, t, w);
}
