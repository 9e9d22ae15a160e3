// SPDX-License-Identifier: BSD-3-Clause
// error: halo: loss: hits is called as L::hits(rows, outputs, float const* y, L::target const*)
#include <halo/nn/loss.hpp>

using namespace halo;

struct own_loss : nn::mean_square {
  static bool hits(float answer, float wanted) { return answer == wanted; }
};
static_assert(nn::has_hits<own_loss>);
