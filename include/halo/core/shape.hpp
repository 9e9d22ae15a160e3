// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

namespace halo {

/// The shape of one example (the batch axis is not part of it), known to the compiler.
template <std::size_t... Extents>
struct shape {
  static constexpr std::size_t rank = sizeof...(Extents);  ///< how many axes
  static constexpr std::size_t size = (std::size_t{1} * ... * Extents);
  static constexpr std::array<std::size_t, rank> extents{Extents...};  ///< of each axis, row-major
};

namespace detail {

template <class X>
inline constexpr bool is_shape = false;
template <std::size_t... Extents>
inline constexpr bool is_shape<shape<Extents...>> = true;

}  // namespace detail

/// A type that is some shape<...>.
template <class X>
concept static_shape = detail::is_shape<X>;

}  // namespace halo
