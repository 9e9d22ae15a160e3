#pragma once

#include <halo/nn.hpp>

namespace gru {

namespace nn = halo::nn;

/// Made by halo-import of gru.onnx (SHA-256 5925d0f3d112f215).
///
/// An example is [7, 3], in the model [N, 3, 7], channels there first.
/// Its output is [2].
// clang-format off
using network = nn::sequential<
    halo::shape<7, 3>, nn::conv1d<4, 3>, nn::relu, nn::gru<5>, nn::tanh, nn::linear<5, 2>>;
// clang-format on

}  // namespace gru
