// SPDX-License-Identifier: BSD-3-Clause
// Networks of convolutions against PyTorch's numbers: see tests/golden/make_convolution.py.
#include <doctest/doctest.h>

#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/network_golden.hpp"

namespace nn_convolution_golden_test {

using namespace halo;
using nn::padding;
using nn::window;

namespace {

using strided = nn::sequential<shape<9, 8, 3>, nn::conv2d<6, window{3, 2}, 2>, nn::tanh,
                               nn::conv2d<8, 3, 1, padding::valid, 2, 1, false>, nn::sigmoid,
                               nn::flatten, nn::linear<48, 3>>;
using sequence =
    nn::sequential<shape<13, 2>, nn::conv1d<5, 3, 1, padding::same, 1, 2>, nn::elu,
                   nn::conv1d<4, 4, 3, padding::valid>, nn::tanh, nn::flatten, nn::linear<16, 3>>;
using pooled = nn::sequential<shape<8, 7, 4>, nn::conv2d<4, 3, 1, padding::same, 4>, nn::relu,
                              nn::max_pool<3, 2, padding::same>, nn::conv2d<5, 1>, nn::gelu,
                              nn::average_pool<2, 1, padding::same>,
                              nn::conv2d<6, window{5, 3}, 1, padding::same, 1, window{1, 2}>,
                              nn::tanh, nn::global_average_pool, nn::linear<6, 3>>;

}  // namespace

TEST_CASE("convolution: PyTorch's outputs, gradients and Hessian-vector products") {
  support::golden_networks const golden("nn/convolution.safetensors");
  golden.check<strided>("strided");
  golden.check<sequence>("sequence");
  golden.check<pooled>("pooled");
}

}  // namespace nn_convolution_golden_test
