#pragma once

#include <halo/nn.hpp>

namespace pools {

namespace nn = halo::nn;

/// Made by halo-import of pools.onnx (SHA-256 5714779d2a09b35a).
///
/// An example is [7, 6, 2], in the model [N, 7, 6, 2].
/// Its output is [5].
// clang-format off
using network = nn::sequential<
    halo::shape<7, 6, 2>, nn::conv2d<4, 2>, nn::max_pool<3, 2, nn::padding::same>,
    nn::average_pool<nn::window{3, 2}, nn::window{2, 1}, nn::padding::symmetric>, nn::flatten,
    nn::linear<16, 5>>;
// clang-format on

}  // namespace pools
