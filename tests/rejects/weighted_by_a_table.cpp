// SPDX-License-Identifier: BSD-3-Clause
// error: halo: weighted: the weights are a type with `static float weight(std::int32_t label)`
#include <halo/nn/weighted.hpp>

struct weights {
  float of_classes[3] = {1, 2, 3};
};
using loss = halo::nn::weighted<halo::nn::cross_entropy, weights>;
static_assert(loss::targets(3) == 1);
