// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>
#include <utility>

namespace halo {

/// Calls body(0) ... body(N - 1) without a loop: for arrays of registers, whose copying loops
/// compilers otherwise turn into calls of memmove.
template <std::size_t N, class Body>
[[gnu::always_inline]] inline void unrolled(Body&& body) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (body(I), ...);
  }(std::make_index_sequence<N>{});
}

}  // namespace halo

#include <halo/macros_back.hpp>
