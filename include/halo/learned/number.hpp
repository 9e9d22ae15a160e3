// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/autodiff/dual.hpp>
#include <halo/core/concepts.hpp>

// What a program does with one number, whatever its type: float, double, a register, or a variable
// of these.

namespace halo::learned {

/// A constant of a formula for V = float, double, a register, or a variable of these.
template <class V>
[[nodiscard]] inline V as_number(double value) noexcept {
  return autodiff::detail::constant<V>(value);
}

/// x as a constant, through which no derivative flows; x itself where there are no derivatives.
template <class V>
[[nodiscard]] inline V stop_gradient(V const& x) {
  if constexpr (requires { x.is_constant(); })
    return V(x.value());
  else
    return x;
}

/// The value of a scalar, or of a variable over scalars.
template <class Z>
[[nodiscard]] inline double value_of(Z const& x) noexcept {
  if constexpr (floating<Z>)
    return static_cast<double>(x);
  else
    return value_of(x.value());
}

}  // namespace halo::learned
