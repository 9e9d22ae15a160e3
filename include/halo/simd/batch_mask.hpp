// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <type_traits>

#include <halo/simd/native.hpp>

namespace halo::simd {

/// One truth value a lane.
template <class T, class Arch = default_arch>
struct batch_mask {
  using native_type = typename detail::native<T, Arch>::mask;
  native_type native;

  friend batch_mask operator&&(batch_mask a, batch_mask b) noexcept {
    return {a.native && b.native};
  }
  friend batch_mask operator||(batch_mask a, batch_mask b) noexcept {
    return {a.native || b.native};
  }
  friend batch_mask operator!(batch_mask a) noexcept { return {!a.native}; }

  [[nodiscard]] friend bool any(batch_mask m) noexcept {
    if constexpr (std::is_same_v<native_type, bool>)
      return m.native;
    else
      return any(m.native);
  }
  [[nodiscard]] friend bool all(batch_mask m) noexcept {
    if constexpr (std::is_same_v<native_type, bool>)
      return m.native;
    else
      return all(m.native);
  }
};

}  // namespace halo::simd
