#pragma once

#include <ratio>

#include <halo/nn.hpp>

namespace gas_onnx {

namespace nn = halo::nn;

/// Made by halo-import of gas.onnx (SHA-256 643c2914b5147131).
///
/// An example is [128], in the model [N, 128].
/// Its output is [3].
/// The model's Softmax is left out: nn::cross_entropy has its own.
// clang-format off
using network = nn::sequential<
    halo::shape<128>, nn::reshape<16, 8>, nn::conv1d<12, 3>,
    nn::basic_leaky_relu<std::ratio<1, 5>>, nn::flatten, nn::linear<192, 16>, nn::relu,
    nn::linear<16, 3>>;
// clang-format on

}  // namespace gas_onnx
