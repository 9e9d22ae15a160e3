// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `tensors<X>` is missing: a std::array of tensor_spec, its parameters,
// constexpr
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X>
  static constexpr nn::tensor_spec tensors[1] = {
      {"gain", {X::size, 0, 0, 0}, 1, parameter_role::gain}};
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
