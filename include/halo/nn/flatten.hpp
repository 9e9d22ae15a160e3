// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/nn/reshape.hpp>

namespace halo::nn {

/// Any shape → one axis, the same elements in the same order. Costs neither time nor memory.
struct flatten : detail::same_elements {
  static constexpr char const* kind = "flatten";
  template <class X>
  static constexpr bool accepts = true;
  template <class X>
  using output = shape<X::size>;
};
static_assert(layer<flatten, shape<2, 3>>);

}  // namespace halo::nn
