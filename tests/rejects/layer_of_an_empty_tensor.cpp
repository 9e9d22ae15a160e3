// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: a tensor of `tensors<X>` has a name of its own of 1 to 20 letters, at most
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X>
  static constexpr std::array<nn::tensor_spec, 1> tensors{
      nn::tensor_spec{"weight", {X::size, 0, 0, 0}, 2, parameter_role::weight}};
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
