// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/core/parameter_table.hpp>

namespace halo::optim {

/// Parameters of the layers that a mask selects.
template <parameter_layout Layout>
[[nodiscard]] constexpr std::size_t selected_parameters(layer_mask mask) noexcept {
  std::size_t n = 0;
  for (parameter_info const& info : Layout::table) n += mask[info.layer] ? info.count : 0;
  return n;
}

/// Operations of one step of the optimizer O on the selected layers, those of the network not among
/// them: multiply-adds, and roots, quotients, exponentials and the like, each one.
///
/// O::operations_per_parameter for every selected parameter and, where O has them,
/// operations_per_tensor for every selected tensor and operations_per_step; an optimizer whose cost
/// is another has O::operations<Layout>(mask). Nothing for an empty mask; a mask is one of the
/// layout's layers, as optim::decide gives it.
template <class O, parameter_layout Layout>
[[nodiscard]] constexpr std::size_t operations(layer_mask mask) noexcept {
  if (mask.empty()) return 0;
  if constexpr (requires { O::template operations<Layout>(mask); }) {
    return O::template operations<Layout>(mask);
  } else {
    std::size_t n = selected_parameters<Layout>(mask) * O::operations_per_parameter;
    if constexpr (requires { O::operations_per_tensor; }) {
      for (parameter_info const& info : Layout::table) {
        n += mask[info.layer] ? O::operations_per_tensor : 0;
      }
    }
    if constexpr (requires { O::operations_per_step; }) n += O::operations_per_step;
    return n;
  }
}

}  // namespace halo::optim
