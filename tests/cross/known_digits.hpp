// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/integer_network.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/sequential.hpp>

// The CNN of HALO's paper, Fig. 2(a), whose convolutions become bytes once they are trained.

namespace known_digits {

namespace nn = halo::nn;
using trained =
    nn::sequential<halo::shape<28, 28, 1>, nn::quantised<nn::conv2d<8, 3>>, nn::relu,
                   nn::quantised<nn::conv2d<8, 5>>, nn::relu, nn::flatten, nn::linear<6272, 5>>;
static_assert(trained::parameters == 33'053);
using network = nn::integers_of<trained>;

}  // namespace known_digits
