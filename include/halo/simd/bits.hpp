// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <halo/simd/batch.hpp>

namespace halo::simd {

/// The bits that a and b share, lane by lane.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> bits_and(batch<T, Arch> a, batch<T, Arch> b) noexcept {
  return batch<T, Arch>::from_words(a, b, [](auto x, auto y) { return x & y; });
}

/// The bits that a or b has, lane by lane.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> bits_or(batch<T, Arch> a, batch<T, Arch> b) noexcept {
  return batch<T, Arch>::from_words(a, b, [](auto x, auto y) { return x | y; });
}

/// The lanes' bits as unsigned integers: a + b, overflow dropped.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> bits_sum(batch<T, Arch> a, batch<T, Arch> b) noexcept {
  return batch<T, Arch>::from_words(a, b, [](auto x, auto y) { return x + y; });
}

/// The lanes' bits as unsigned integers: a - b, borrow dropped.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> bits_difference(batch<T, Arch> a, batch<T, Arch> b) noexcept {
  return batch<T, Arch>::from_words(a, b, [](auto x, auto y) { return x - y; });
}

/// The lanes' bits moved up by count (constant after inlining); zeros follow.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> bits_left(batch<T, Arch> a, int count) noexcept {
  return batch<T, Arch>::from_words(a, a, [count](auto x, auto) { return x << count; });
}

/// The lanes' bits moved down by count (constant after inlining); zeros follow.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> bits_right(batch<T, Arch> a, int count) noexcept {
  return batch<T, Arch>::from_words(a, a, [count](auto x, auto) { return x >> count; });
}

/// The magnitude of a with the sign bit of b, lane by lane (NaN, zero and infinity included).
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> copysign(batch<T, Arch> a, batch<T, Arch> b) noexcept {
  return bits_or(abs(a), bits_and(b, batch<T, Arch>(T(-0.0))));
}

}  // namespace halo::simd

#include <halo/macros_back.hpp>
