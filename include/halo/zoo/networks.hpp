// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/nn/activation.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/lstm.hpp>
#include <halo/nn/reshape.hpp>
#include <halo/nn/sequential.hpp>

// The networks that HALO's paper adapts [Li et al. 2020, Fig. 2 and supplement]. Convolutions go on
// by one and are padded; nothing is pooled or normalised. Logits are linear; the authors' code has
// relu on them, where a class whose logit is negative for all examples is lost: it is made by
// mnist_cnn<5, nn::relu>.

namespace halo::zoo {

/// Fig. 2(a), for 28 by 28 grey digits.
template <std::size_t Classes = 5, class... OnLogits>
using mnist_cnn = nn::sequential<shape<28, 28, 1>, nn::conv2d<8, 3>, nn::relu, nn::conv2d<8, 5>,
                                 nn::relu, nn::flatten, nn::linear<6272, Classes>, OnLogits...>;

/// Fig. 2(b), for 32 by 32 images in colour.
template <std::size_t Classes = 5, class... OnLogits>
using cifar_cnn = nn::sequential<shape<32, 32, 3>, nn::conv2d<16, 3>, nn::relu, nn::conv2d<16, 5>,
                                 nn::relu, nn::flatten, nn::linear<16384, Classes>, OnLogits...>;

/// Fig. 2(c), two layers deeper.
template <std::size_t Classes = 5, class... OnLogits>
using deep_cifar_cnn =
    nn::sequential<shape<32, 32, 3>, nn::conv2d<16, 3>, nn::relu, nn::conv2d<16, 3>, nn::relu,
                   nn::conv2d<16, 5>, nn::relu, nn::conv2d<16, 5>, nn::relu, nn::flatten,
                   nn::linear<16384, Classes>, OnLogits...>;

/// For the 26 attributes of thyroid patients, four classes.
template <class... OnLogits>
using thyroid_mlp = nn::sequential<nn::linear<26, 30>, nn::relu, nn::linear<30, 30>, nn::relu,
                                   nn::linear<30, 4>, OnLogits...>;

/// For gas sensors, three gases; the authors' files have a number more than the original's 128.
template <std::size_t Sensors = 128, class... OnLogits>
using gas_sensor_mlp = nn::sequential<nn::linear<Sensors, 30>, nn::relu, nn::linear<30, 30>,
                                      nn::relu, nn::linear<30, 3>, OnLogits...>;

namespace detail {

template <std::size_t Kernel>
using activity_conv = nn::conv1d<64, Kernel, 3, nn::padding::same, 1, 1, false>;

}  // namespace detail

/// For windows of recognised activities, three of them: convolutions that go on by three, and an
/// LSTM.
///
/// As the authors have it: the moments are the channels and the signals the axis, which takes
/// data::transposed(windows, 128, 9), and the 64 channels that are left are read as a sequence of
/// numbers. Their one output was trained on squared errors against the number of the class:
/// activity_cnn_lstm<1>.
template <std::size_t Classes = 3, class... OnLogits>
using activity_cnn_lstm =
    nn::sequential<shape<9, 128>, detail::activity_conv<3>, nn::relu, detail::activity_conv<3>,
                   nn::relu, detail::activity_conv<1>, nn::relu, nn::reshape<64, 1>, nn::lstm<100>,
                   nn::linear<100, Classes>, OnLogits...>;

/// The same along the moments: the LSTM sees five steps of 64 channels.
template <std::size_t Classes = 3, class... OnLogits>
using activity_cnn_lstm_over_time =
    nn::sequential<shape<128, 9>, detail::activity_conv<3>, nn::relu, detail::activity_conv<3>,
                   nn::relu, detail::activity_conv<1>, nn::relu, nn::lstm<100>,
                   nn::linear<100, Classes>, OnLogits...>;

}  // namespace halo::zoo
