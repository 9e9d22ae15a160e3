// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `forward` or `backward` cannot be called on P
#include <halo/nn/gradient.hpp>
#include <halo/nn/loss.hpp>

#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X>
  static void forward(nn::pass const&, float const*, float const*, float*, float*) noexcept {}
};

double check(nn::workspace<nn::sequential<shape<3>, own>, double, 1>& w, double const* x) {
  std::int32_t const t = 0;
  return nn::value<nn::sequential<shape<3>, own>, nn::cross_entropy, double*>({.rows = 1}, x, x, &t,
                                                                              w);
}
