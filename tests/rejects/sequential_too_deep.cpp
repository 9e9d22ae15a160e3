// SPDX-License-Identifier: BSD-3-Clause
// error: halo: sequential: at most 128 layers with parameters fit a layer_mask
#include <cstddef>
#include <utility>

#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

using namespace halo::nn;

template <std::size_t>
using same = linear<2, 2>;
template <std::size_t... I>
sequential<same<I>...> stack(std::index_sequence<I...>);

static_assert(decltype(stack(std::make_index_sequence<129>{}))::outputs == 2);
