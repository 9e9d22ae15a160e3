// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include <halo/core/cost.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/optim/operations.hpp>

namespace halo::optim {

namespace detail {

/// O::functions_per_parameter, 0 where O does not say.
template <class O>
[[nodiscard]] consteval std::size_t functions_of() {
  if constexpr (requires { O::functions_per_parameter; }) return O::functions_per_parameter;
  return 0;
}

/// Numbers that O remembers of each parameter.
template <class O>
[[nodiscard]] consteval std::size_t numbers_of_state() {
  // sizes that no alignment rounds, whatever O remembers besides
  constexpr std::size_t few = 256, many = 512;
  return (sizeof(typename O::template state<flat_layout<many>, float>) -
          sizeof(typename O::template state<flat_layout<few>, float>)) /
         ((many - few) * sizeof(float));
}

}  // namespace detail

/// Numbers that one step of O reads and writes: θ, the gradient and the state of each selected
/// parameter come in, θ and the state go out. Where O moves others it has O::moved<Layout>(mask).
template <class O, parameter_layout Layout>
[[nodiscard]] constexpr cost moved(layer_mask mask) noexcept {
  if constexpr (requires { O::template moved<Layout>(mask); }) {
    return O::template moved<Layout>(mask);
  } else {
    std::uint64_t const n = selected_parameters<Layout>(mask);
    constexpr std::uint64_t state = detail::numbers_of_state<O>();
    return {0, 0, n * (2 + state), n * (1 + state)};
  }
}

/// What one step of the optimizer O on the selected layers takes: optim::operations, of which
/// O::functions_per_parameter are functions and the rest multiply-adds, and optim::moved.
template <class O, parameter_layout Layout>
[[nodiscard]] constexpr cost step_cost(layer_mask mask) noexcept {
  cost c = moved<O, Layout>(mask);
  c.functions = selected_parameters<Layout>(mask) * detail::functions_of<O>();
  c.multiply_adds = operations<O, Layout>(mask) - c.functions;
  return c;
}

}  // namespace halo::optim
