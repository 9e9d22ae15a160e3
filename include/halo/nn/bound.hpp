// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <limits>
#include <type_traits>

#include <halo/kernel/magnitude.hpp>
#include <halo/simd/pointer.hpp>

namespace halo::nn::detail {

/// The largest magnitude among the N numbers of a gradient, infinity where one is not finite; for
/// planes, whose bound nobody asks for, infinity unread.
template <std::size_t N, class P>
[[nodiscard]] simd::scalar_of<P> bound(P gradient) noexcept {
  using T = simd::scalar_of<P>;
  if constexpr (std::is_pointer_v<P>)
    return kernel::magnitude(N, static_cast<T const*>(gradient));
  else
    return std::numeric_limits<T>::infinity();
}

}  // namespace halo::nn::detail
