// SPDX-License-Identifier: BSD-3-Clause
// error: halo: safeguard: the fourth argument says how many known rows
#include <halo/adapt.hpp>
#include <halo/nn.hpp>

using namespace halo;

void remember(adapt::safeguard<nn::sequential<nn::linear<4, 2>>, 8>& careful,
              std::span<float const> x, std::span<std::int32_t const> y) {
  careful.remember(x, y);
}
