// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <limits>
#include <type_traits>

#include <halo/simd/bits.hpp>

namespace halo::simd {

/// √a with a relative error below 3e-7 for finite float a >= 0, without the divider where the
/// machine estimates 1/√a; below the smallest normal number its root, 1.1e-19. Exact for double.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> fast_sqrt(batch<T, Arch> a) noexcept {
  using V = batch<T, Arch>;
  if constexpr (std::is_same_v<T, float> && detail::second_wins<Arch>) {
    V const x = max(V(std::numeric_limits<T>::min()), a);
    V const r(typename V::wrap{}, detail::machine_rsqrt(x.native));  // then one step of Newton's
    V const s = x * r;
    // r / 2 by its exponent, since multipliers are what a loop around this is bound by
    V const h =
        V::from_words(r, r, [](auto bits, auto) { return bits - decltype(bits)(1U << 23); });
    return fma(s, fnma(s, h, V(T(0.5))), s);
  } else {
    return sqrt(a);
  }
}

}  // namespace halo::simd

#include <halo/macros_back.hpp>
