// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <type_traits>

namespace halo::core {

/// The bits of a number as another type of the same size: std::bit_cast, which clang's library has
/// from version 14 on and Emscripten's of today's Debian not yet.
template <class To, class From>
[[nodiscard]] constexpr To bit_cast(From const& from) noexcept {
  static_assert(sizeof(To) == sizeof(From), "halo: bit_cast: both types have the same size");
  static_assert(std::is_trivially_copyable_v<To> && std::is_trivially_copyable_v<From>,
                "halo: bit_cast: both types are plain data");
  return __builtin_bit_cast(To, from);
}

}  // namespace halo::core
