// SPDX-License-Identifier: BSD-3-Clause
// error: halo: channel_selection: at least one channel is selected
#include <halo/nn/channel_selection.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

using selection = channel_selection<channel_set::of(3, {})>;
static_assert(sequential<linear<4, 3>, selection, linear<2, 1>>::outputs == 1);
