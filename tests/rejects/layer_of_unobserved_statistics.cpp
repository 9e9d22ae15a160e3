// SPDX-License-Identifier: BSD-3-Clause
// error: halo: layer: `statistics<X>` need a bool observe<X>(pass const& p, T const* memory,
#include "../support/smallest_layer.hpp"

using namespace halo;

struct own : support::smallest_layer {
  template <class X>
  static constexpr std::array<nn::tensor_spec, 1> statistics{
      nn::tensor_spec{"mean", {1, 0, 0, 0}, 1, parameter_role::bias}};
};

static_assert(nn::sequential<shape<3>, own>::outputs == 3);
