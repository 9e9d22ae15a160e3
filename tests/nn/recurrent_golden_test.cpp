// SPDX-License-Identifier: BSD-3-Clause
// Recurrent networks against PyTorch's numbers: see tests/golden/make_recurrent.py.
#include <doctest/doctest.h>

#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/gru.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/lstm.hpp>
#include <halo/nn/reshape.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network_golden.hpp"

namespace nn_recurrent_golden_test {

using namespace halo;

namespace {

using lstm = nn::sequential<shape<10, 2>, nn::lstm<4, nn::states::all>, nn::tanh, nn::lstm<5>,
                            nn::linear<5, 3>>;
using gru = nn::sequential<shape<10, 2>, nn::gru<4, nn::states::all>, nn::tanh, nn::gru<5>,
                           nn::linear<5, 3>>;
using convolved = nn::sequential<shape<5, 4>, nn::conv1d<6, 3, 2, nn::padding::same, 1, 1, false>,
                                 nn::relu, nn::reshape<9, 2>, nn::lstm<3>, nn::linear<3, 3>>;

}  // namespace

TEST_CASE("recurrent: PyTorch's outputs, gradients and Hessian-vector products") {
  support::golden_networks const golden("nn/recurrent.safetensors");
  golden.check<lstm>("lstm");
  golden.check<gru>("gru");
  golden.check<convolved>("convolved");
}

}  // namespace nn_recurrent_golden_test
