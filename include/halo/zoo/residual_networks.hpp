// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <ratio>
#include <string_view>

#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/residual.hpp>
#include <halo/nn/sequential.hpp>

// Residual networks for images in colour, 32 by 32 but for torchvision's. Convolutions have no
// bias: a norm, or the sum with the shortcut, is next. Strides are padded by TensorFlow's rule, one
// more zero behind than in front, but for torchvision's.

namespace halo::zoo {

namespace detail {

template <std::size_t Out, std::size_t Kernel, std::size_t Stride = 1>
using bare_conv = nn::conv2d<Out, Kernel, Stride, nn::padding::same, 1, 1, false>;

/// Momentum 0.99 and epsilon 1e-3, as the authors' code has them.
using slow_norm = nn::basic_batch_norm<std::ratio<1, 100>, std::ratio<1, 1000>>;

/// Normalised first [He et al. 2016b, Fig. 4(e)], the middle one Width wide; the shortcut, if it is
/// not the identity, has no norm.
template <std::size_t Width, std::size_t Stride = 1, class... Shortcut>
using bottleneck =
    nn::residual<Shortcut..., slow_norm, nn::relu, bare_conv<Width, 1>, slow_norm, nn::relu,
                 bare_conv<Width, 3, Stride>, slow_norm, nn::relu, bare_conv<4 * Width, 1>>;
template <std::size_t Width, std::size_t Stride>
using wider_bottleneck = bottleneck<Width, Stride, nn::projection<bare_conv<4 * Width, 1, Stride>>>;

/// Two convolutions, each normalised behind itself [He et al. 2016, Fig. 2]; relu follows the sum.
template <std::size_t Width, std::size_t Stride = 1, class... Shortcut>
using basic_block = nn::residual<Shortcut..., bare_conv<Width, 3, Stride>, nn::batch_norm, nn::relu,
                                 bare_conv<Width, 3>, nn::batch_norm>;
template <std::size_t Width>
using wider_block = basic_block<Width, 2, nn::projection<bare_conv<Width, 1, 2>, nn::batch_norm>>;

}  // namespace detail

/// The pre-activation bottleneck network of depth 20 that HALO's authors prune and adapt for their
/// Fig. 7: three stages of two blocks, 64, 128 and 256 channels.
///
/// With the authors' momentum running statistics follow over hundreds of steps. The authors test by
/// each mini-batch's own ones: adapter::set_normalization does the same where runs are short.
template <std::size_t Classes = 5>
using preresnet20 =
    nn::sequential<shape<32, 32, 3>, detail::bare_conv<16, 3>,               //
                   detail::wider_bottleneck<16, 1>, detail::bottleneck<16>,  //
                   detail::wider_bottleneck<32, 2>, detail::bottleneck<32>,  //
                   detail::wider_bottleneck<64, 2>, detail::bottleneck<64>,  //
                   detail::slow_norm, nn::relu, nn::global_average_pool, nn::linear<256, Classes>>;

/// ResNet-18 with the first layers that small images want: a 3 by 3 convolution that goes on by
/// one, and no pooling.
template <std::size_t Classes = 5>
using resnet18 =
    nn::sequential<shape<32, 32, 3>, detail::bare_conv<64, 3>, nn::batch_norm, nn::relu,    //
                   detail::basic_block<64>, nn::relu, detail::basic_block<64>, nn::relu,    //
                   detail::wider_block<128>, nn::relu, detail::basic_block<128>, nn::relu,  //
                   detail::wider_block<256>, nn::relu, detail::basic_block<256>, nn::relu,  //
                   detail::wider_block<512>, nn::relu, detail::basic_block<512>, nn::relu,  //
                   nn::global_average_pool, nn::linear<512, Classes>>;

namespace detail {

/// As torchvision has it: as many zeros on both sides.
template <std::size_t Out, std::size_t Kernel, std::size_t Stride = 1>
using even_conv = nn::conv2d<Out, Kernel, Stride, nn::padding::symmetric, 1, 1, false>;
template <std::size_t Width, std::size_t Stride = 1, class... Shortcut>
using even_block = nn::residual<Shortcut..., even_conv<Width, 3, Stride>, nn::batch_norm, nn::relu,
                                even_conv<Width, 3>, nn::batch_norm>;
template <std::size_t Width>
using wider_even_block =
    even_block<Width, 2, nn::projection<even_conv<Width, 1, 2>, nn::batch_norm>>;

}  // namespace detail

/// ResNet-18 as torchvision has it (`resnet18`): what io::load_pytorch reads the weights of into.
///
///     io::load_pytorch<zoo::torchvision_resnet18<>>(path, zoo::torchvision_resnet_words)
template <std::size_t Classes = 1000, class Image = shape<224, 224, 3>, std::size_t Width = 64>
using torchvision_resnet18 = nn::sequential<
    Image, detail::even_conv<Width, 7, 2>, nn::batch_norm, nn::relu,
    nn::max_pool<3, 2, nn::padding::symmetric>,                                              //
    detail::even_block<Width>, nn::relu, detail::even_block<Width>, nn::relu,                //
    detail::wider_even_block<2 * Width>, nn::relu, detail::even_block<2 * Width>, nn::relu,  //
    detail::wider_even_block<4 * Width>, nn::relu, detail::even_block<4 * Width>, nn::relu,  //
    detail::wider_even_block<8 * Width>, nn::relu, detail::even_block<8 * Width>, nn::relu,  //
    nn::global_average_pool, nn::linear<8 * Width, Classes>>;

/// The words in the names of its tensors in the order of the layers: io::load_pytorch
/// takes them, io::save_pytorch too.
inline constexpr std::array<std::string_view, 7> torchvision_resnet_words = {
    "downsample", "conv1", "bn1", "conv2", "bn2", "layer", "fc"};

}  // namespace halo::zoo
