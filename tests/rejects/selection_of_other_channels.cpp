// SPDX-License-Identifier: BSD-3-Clause
// error: halo: channel_selection: the set is one of another number of channels
#include <halo/nn/channel_selection.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

using selection = channel_selection<channel_set::of(4, {0, 2})>;
static_assert(sequential<linear<4, 3>, selection, linear<2, 1>>::outputs == 1);
