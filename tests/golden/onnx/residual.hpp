#pragma once

#include <ratio>

#include <halo/nn.hpp>

namespace residual {

namespace nn = halo::nn;

/// Made by halo-import of residual.onnx (SHA-256 3f8b4ef77f140d5a).
///
/// An example is [5, 6, 2], in the model [N, 2, 5, 6], channels there first.
/// Its output is [3].
// clang-format off
using network = nn::sequential<
    halo::shape<5, 6, 2>, nn::conv2d<4, 3, 1, nn::padding::same, 1, 1, false>,
    nn::basic_batch_norm<std::ratio<1, 100>, std::ratio<1, 1000>>,
    nn::residual<
        nn::conv2d<4, 3, 1, nn::padding::same, 1, 1, false>,
        nn::basic_batch_norm<std::ratio<1, 100>, std::ratio<1, 1000>>, nn::relu,
        nn::conv2d<4, 3, 1, nn::padding::same, 1, 1, false>,
        nn::basic_batch_norm<std::ratio<1, 100>, std::ratio<1, 1000>>>,
    nn::relu,
    nn::residual<
        nn::projection<nn::conv2d<6, 1, 2>, nn::batch_norm>,
        nn::conv2d<6, 3, 2, nn::padding::symmetric, 1, 1, false>,
        nn::basic_batch_norm<std::ratio<1, 100>, std::ratio<1, 1000>>, nn::sigmoid,
        nn::conv2d<6, 3, 1, nn::padding::same, 1, 1, false>,
        nn::basic_batch_norm<std::ratio<1, 100>, std::ratio<1, 1000>>>,
    nn::relu, nn::global_average_pool, nn::linear<6, 3>>;
// clang-format on

}  // namespace residual
