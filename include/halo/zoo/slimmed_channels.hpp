// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/zoo/slimmed_networks.hpp>

// Written by
//
//     halo-reproduce --write-channels FILE
//
// 409 of 1360 channels of its norms stay, chosen by 600 steps of training.

namespace halo::zoo {

/// Channels of preresnet20 that network slimming keeps on five classes of CIFAR-10; their number
/// behind each norm.
// clang-format off
inline constexpr preresnet20_channels slimmed_channels{{
  {{{0x8763}}, 16},  // 8
  {{{0xca6a}}, 16},  // 8
  {{{0x7447}}, 16},  // 8
  {{{0x110200400810022}}, 64},  // 8
  {{{0x941f}}, 16},  // 8
  {{{0x7703}}, 16},  // 8
  {{{0x90040013200200}}, 64},  // 8
  {{{0x1294094}}, 32},  // 8
  {{{0xa530000a}}, 32},  // 8
  {{{0x900008010, 0x10200000020002}}, 128},  // 8
  {{{0x52290082}}, 32},  // 8
  {{{0x821404e0}}, 32},  // 8
  {{{0x4000000400002060, 0x400004020000}}, 128},  // 8
  {{{0x3044000600100001}}, 64},  // 8
  {{{0x74085102a80610c5}}, 64},  // 19
  {{{0x2000000004000000, 0x100, 0x201000, 0x100000100000020}}, 256},  // 8
  {{{0x814c80000800020}}, 64},  // 8
  {{{0xfffdfffffffffffd}}, 64},  // 62
  {{{0xcaf7fefedf7ffe77, 0x5ff57f9fdbdfffef, 0xe94a7f7eeffddebb, 0xaefb7faf1fffcead}}, 256},  // 200
}};
// clang-format on

/// preresnet20 with these channels; see slimmed_preresnet20.
template <std::size_t Classes = 5, template <class> class Wrap = as_it_is>
using slim_preresnet20 = slimmed_preresnet20<slimmed_channels, Classes, Wrap>;

}  // namespace halo::zoo
