// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/autodiff/dual.hpp>
#include <halo/core/concepts.hpp>

// What a program does with one number, whatever its type: float, double, a register, or a variable
// of these.

namespace halo::learned {

/// A constant of a formula for V = float, double, a register, or a variable of these.
template <class V>
[[nodiscard]] inline V typed(double value) noexcept {
  return autodiff::detail::constant<V>(value);
}

/// x, through which no derivative flows: x itself where there is none.
template <class V>
[[nodiscard]] inline V constant_part(V const& x) {
  if constexpr (requires { stop_gradient(x); })
    return stop_gradient(x);
  else
    return x;
}

/// The value of a scalar, or of a variable over scalars.
template <class Z>
[[nodiscard]] inline double plain_number(Z const& x) noexcept {
  if constexpr (floating<Z>)
    return static_cast<double>(x);
  else
    return plain_number(x.value());
}

}  // namespace halo::learned
