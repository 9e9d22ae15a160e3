// SPDX-License-Identifier: BSD-3-Clause
// error: halo: loss: accuracy is a type, a measure of the loss's targets
#include <halo/nn/loss.hpp>

using namespace halo;

struct own_loss : nn::mean_square {
  static bool accuracy(float answer, float wanted) { return answer == wanted; }
};
static_assert(nn::has_accuracy<own_loss>);
