// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include <halo/nn/channel_selection.hpp>
#include <halo/nn/channel_set.hpp>
#include <halo/nn/slimming.hpp>
#include <halo/zoo/residual_networks.hpp>

namespace halo::zoo {

/// A layer as it is: where a network takes a wrapper for its convolutions.
template <class Layer>
using as_it_is = Layer;

namespace detail {

/// A bottleneck whose norms have some of their channels, Out wide outside; Wrap is put around each
/// convolution.
template <nn::channel_set First, nn::channel_set Middle, nn::channel_set Last, std::size_t Out,
          template <class> class Wrap, std::size_t Stride = 1, class... Shortcut>
using slim_bottleneck = nn::residual<Shortcut..., nn::channel_selection<First>, slow_norm, nn::relu,
                                     Wrap<bare_conv<Middle.count(), 1>>, slow_norm, nn::relu,
                                     Wrap<bare_conv<Last.count(), 3, Stride>>, slow_norm, nn::relu,
                                     Wrap<bare_conv<Out, 1>>>;

template <nn::channel_set First, nn::channel_set Middle, nn::channel_set Last, std::size_t Out,
          template <class> class Wrap, std::size_t Stride>
using wider_slim_bottleneck = slim_bottleneck<First, Middle, Last, Out, Wrap, Stride,
                                              nn::projection<Wrap<bare_conv<Out, 1, Stride>>>>;

}  // namespace detail

/// The channels of preresnet20 after slimming: of the three norms of each of six blocks, then of
/// the norm behind them.
using preresnet20_channels = std::array<nn::channel_set, 19>;

/// preresnet20 with some of the channels of its norms. Sums of blocks keep their width.
///
/// nn::slimmed_parameters takes what it needs from the wide network. Wrap is put around the
/// convolutions of blocks and shortcuts, as HALO's authors quantise them: the first convolution and
/// the head stay what they are.
template <preresnet20_channels Channels, std::size_t Classes = 5,
          template <class> class Wrap = as_it_is>
using slimmed_preresnet20 = nn::sequential<
    shape<32, 32, 3>, detail::bare_conv<16, 3>,
    detail::wider_slim_bottleneck<Channels[0], Channels[1], Channels[2], 64, Wrap, 1>,
    detail::slim_bottleneck<Channels[3], Channels[4], Channels[5], 64, Wrap>,
    detail::wider_slim_bottleneck<Channels[6], Channels[7], Channels[8], 128, Wrap, 2>,
    detail::slim_bottleneck<Channels[9], Channels[10], Channels[11], 128, Wrap>,
    detail::wider_slim_bottleneck<Channels[12], Channels[13], Channels[14], 256, Wrap, 2>,
    detail::slim_bottleneck<Channels[15], Channels[16], Channels[17], 256, Wrap>,
    nn::channel_selection<Channels[18]>, detail::slow_norm, nn::relu, nn::global_average_pool,
    nn::linear<Channels[18].count(), Classes>>;

}  // namespace halo::zoo
