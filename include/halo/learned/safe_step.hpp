// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include <halo/core/concepts.hpp>
#include <halo/core/layer_mask.hpp>
#include <halo/core/parameter_table.hpp>
#include <halo/optim/optimizer.hpp>
#include <halo/optim/transact.hpp>

namespace halo::learned::detail {

/// The largest gradient that a learned optimizer takes: its square and a file's range have room.
template <class T>
inline constexpr T ceiling = sizeof(T) == 4 ? T(1e15) : T(1e120);

/// Whether a step may be made: its loss is finite, its gradient, scaled and limited, no larger than
/// `most`, and what a schedule makes of its rate no larger than the ceiling.
/// @param gradient  not read where the context knows its size
template <parameter_layout Layout, floating T>
[[nodiscard]] bool is_safe_step(T const* gradient, optim::step_context<T> const& context,
                                T most = ceiling<T>) noexcept {
  T const size = optim::detail::largest_gradient<Layout>(context, gradient) * context.scale;
  return size <= std::numeric_limits<T>::max() && std::min(size, context.limit) <= most &&
         std::isfinite(context.loss) && std::abs(context.rate) <= static_cast<double>(ceiling<T>);
}

}  // namespace halo::learned::detail

#include <halo/macros_back.hpp>
