#pragma once

#include <halo/nn.hpp>

namespace imported_signal {

namespace nn = halo::nn;

/// Made by halo-import of imported_signal.onnx (SHA-256 3c98ac18af15e841).
///
/// An example is [12, 2], in the model [N, 2, 12], channels there first.
/// Its output is [4].
// clang-format off
using network = nn::sequential<
    halo::shape<12, 2>, nn::conv1d<4, 3, 1, nn::padding::same, 1, 2>, nn::reshape<1, 12, 4>,
    nn::max_pool<nn::window{1, 2}>, nn::average_pool<nn::window{1, 3}, 1>, nn::reshape<4, 4>,
    nn::elu, nn::reshape<1, 4, 4>, nn::global_average_pool>;
// clang-format on

}  // namespace imported_signal
