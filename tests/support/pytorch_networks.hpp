// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The networks of tests/golden/pytorch, each under the name of its file (words: named).

#include <halo/nn.hpp>
#include <halo/zoo/residual_networks.hpp>

namespace support::pytorch {

using namespace halo;

using mlp =
    nn::sequential<nn::linear<5, 7>, nn::relu, nn::linear<7, 7>, nn::tanh, nn::linear<7, 3>>;
using pair = nn::linear<2, 2>;
using deep = nn::sequential<pair, pair, pair, pair, pair, pair, pair, pair, pair, pair, pair, pair>;
using grouped = nn::conv2d<6, nn::window{1, 3}, 1, nn::padding::same, 2, 1, false>;
using cnn =
    nn::sequential<shape<6, 4, 2>, nn::conv2d<4, 3>, nn::relu, nn::max_pool<2>, grouped, nn::tanh,
                   nn::flatten, nn::dropout<>, nn::linear<36, 5>, nn::relu, nn::linear<5, 3>>;
using sequence = nn::sequential<shape<9, 2>, nn::conv1d<4, 3, 1, nn::padding::valid>, nn::relu,
                                nn::flatten, nn::linear<28, 3>>;
using norms =
    nn::sequential<shape<5, 4, 3>, nn::conv2d<4, 3>, nn::batch_norm, nn::relu, nn::group_norm<2>,
                   nn::layer_norm, nn::flatten, nn::batch_norm, nn::layer_norm, nn::linear<80, 3>>;
using lstm = nn::sequential<shape<6, 3>, nn::conv1d<4, 3>, nn::lstm<5, nn::states::all>,
                            nn::flatten, nn::linear<30, 3>>;
using gru = nn::sequential<shape<6, 3>, nn::gru<4, nn::states::all>, nn::gru<5>, nn::linear<5, 3>>;
using words =
    nn::sequential<nn::linear<4, 4>, nn::tanh, nn::linear<4, 4>, nn::tanh, nn::linear<4, 4>>;
template <nn::window Kernel>
using plain = nn::conv2d<4, Kernel, 1, nn::padding::same, 1, 1, false>;
using block = nn::sequential<shape<5, 4, 3>,
                             nn::residual<nn::projection<plain<1>>, plain<3>, nn::batch_norm,
                                          nn::relu, plain<3>, nn::batch_norm>,
                             nn::flatten, nn::linear<80, 2>>;
using resnet = zoo::torchvision_resnet18<3, shape<32, 40, 3>, 2>;
using bare = nn::sequential<shape<5>, nn::linear<5, 7>, nn::batch_norm, nn::tanh, nn::linear<7, 3>>;
using without_bias =
    nn::sequential<shape<5>, nn::linear<5, 7, false>, nn::batch_norm, nn::tanh, nn::linear<7, 3>>;
using bare_lstm = nn::sequential<shape<6, 3>, nn::lstm<5>, nn::linear<5, 3>>;

}  // namespace support::pytorch
