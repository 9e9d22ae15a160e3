#pragma once

#include <halo/nn.hpp>

namespace mlp {

namespace nn = halo::nn;

/// Made by halo-import of mlp.onnx (SHA-256 c016607ea5ef9dde).
///
/// An example is [5], in the model [N, 5].
/// Its output is [3].
/// The model's Softmax is left out: nn::cross_entropy has its own.
// clang-format off
using network = nn::sequential<
    halo::shape<5>, nn::linear<5, 6>, nn::leaky_relu, nn::linear<6, 4>, nn::sigmoid,
    nn::residual<nn::linear<4, 4, false>, nn::tanh, nn::linear<4, 4, false>>, nn::linear<4, 3>>;
// clang-format on

}  // namespace mlp
