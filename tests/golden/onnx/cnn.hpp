#pragma once

#include <ratio>

#include <halo/nn.hpp>

namespace cnn {

namespace nn = halo::nn;

/// Made by halo-import of cnn.onnx (SHA-256 5e5a8359e5d2698c).
///
/// An example is [6, 8, 2], in the model [N, 2, 6, 8], channels there first.
/// Its output is [3].
/// The model's LogSoftmax is left out: nn::cross_entropy has its own.
// clang-format off
using network = nn::sequential<
    halo::shape<6, 8, 2>, nn::conv2d<4, 3>, nn::batch_norm, nn::relu, nn::max_pool<2>,
    nn::conv2d<6, nn::window{1, 3}, nn::window{1, 2}, nn::padding::symmetric, 2, 1, false>,
    nn::basic_leaky_relu<std::ratio<1, 5>>, nn::flatten, nn::batch_norm, nn::linear<36, 3>>;
// clang-format on

}  // namespace cnn
