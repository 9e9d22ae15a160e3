#pragma once

#include <halo/nn.hpp>

namespace sequence {

namespace nn = halo::nn;

/// Made by halo-import of sequence.onnx (SHA-256 eb3cd8375565c7c2).
///
/// An example is [6, 3], in the model [6, N, 3].
/// Its output is [5].
// clang-format off
using network = nn::sequential<
    halo::shape<6, 3>, nn::lstm<4, nn::states::all>,
    nn::residual<nn::conv1d<4, 1, 1, nn::padding::same, 1, 1, false>, nn::relu>, nn::gru<5>>;
// clang-format on

}  // namespace sequence
