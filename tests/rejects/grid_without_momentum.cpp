// SPDX-License-Identifier: BSD-3-Clause
// error: halo: meta: the grid is of optim::momentum, optim::adam and meta::cosine_adam
#include <halo/meta/grid.hpp>

using namespace halo;

auto const grid = meta::hand_made_grid<optim::adam, meta::cosine_adam>();
