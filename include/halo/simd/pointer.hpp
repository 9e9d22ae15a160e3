// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <type_traits>

#include <halo/simd/batch.hpp>

namespace halo::simd {

/// What a kernel needs to know of a pointer-like P: T* here; planes of dual numbers in autodiff.
///
/// scalar is the floating type that lies in memory, element what one position holds, and
/// register_of<Arch> what a chunk of positions is loaded into. mutable_pointer and const_pointer
/// convert between reading and writing.
template <class P>
struct pointer_traits;

/// Plain pointers.
template <class T>
struct pointer_traits<T*> {
  using scalar = std::remove_const_t<T>;
  using element = scalar;
  template <class Arch>
  using register_of = batch<scalar, Arch>;
  using const_pointer = scalar const*;
  using mutable_pointer = scalar*;
};

template <class P>
using scalar_of = typename pointer_traits<P>::scalar;
template <class P>
using element_of = typename pointer_traits<P>::element;
template <class P>
using const_of = typename pointer_traits<P>::const_pointer;
template <class P>
using mutable_of = typename pointer_traits<P>::mutable_pointer;

/// The element at position i, by value.
template <class T>
[[nodiscard]] inline std::remove_const_t<T> read_element(T* p, std::size_t i) noexcept {
  return p[i];
}
/// Sets the element at position i.
template <class T>
inline void write_element(T* p, std::size_t i, std::type_identity_t<T> value) noexcept {
  p[i] = value;
}

/// The plain numbers behind P: p itself, or the plane of values.
template <class P>
[[nodiscard]] inline scalar_of<P> const* values_of(P p) noexcept {
  if constexpr (std::is_pointer_v<P>)
    return p;
  else
    return p.value;
}

/// A register with one element in all lanes: a number, or a value with its tangent.
template <class V, class E>
[[nodiscard]] inline V broadcast(E const& e) noexcept {
  if constexpr (std::is_arithmetic_v<E>)
    return V(e);
  else
    return V(e.value, e.tangent);
}

}  // namespace halo::simd
