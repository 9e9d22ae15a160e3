#pragma once

#include <ratio>

#include <halo/nn.hpp>

namespace folded {

namespace nn = halo::nn;

/// Made by halo-import of folded.onnx (SHA-256 29bbe5f34c079161).
///
/// An example is [6, 8, 2], in the model [N, 2, 6, 8], channels there first.
/// Its output is [3].
// clang-format off
using network = nn::sequential<
    halo::shape<6, 8, 2>, nn::conv2d<4, 3>, nn::relu, nn::max_pool<2>,
    nn::conv2d<6, nn::window{1, 3}, nn::window{1, 2}, nn::padding::symmetric, 2, 1, false>,
    nn::basic_leaky_relu<std::ratio<1, 5>>, nn::flatten, nn::batch_norm, nn::linear<36, 3>>;
// clang-format on

}  // namespace folded
