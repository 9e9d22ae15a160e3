// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <type_traits>

#include <halo/simd/batch.hpp>

namespace halo::simd {

/// A run of elements that fills a whole register.
template <class T, class Arch = default_arch>
struct full_chunk {
  using value_type = T;
  using register_type = batch<T, Arch>;
  std::size_t begin;

  [[nodiscard]] static constexpr std::size_t count() noexcept { return register_type::size; }
  [[nodiscard]] register_type load(T const* p) const noexcept {
    return register_type::load(p + begin);
  }
  void store(T* p, register_type v) const noexcept { v.store(p + begin); }

  /// Pointers of other rooms (planes of dual numbers): their load_chunk and store_chunk are found
  /// by argument-dependent lookup.
  template <class P>
  [[nodiscard]] auto load(P p) const noexcept requires(!std::is_pointer_v<P>) {
    return load_chunk(p, *this);
  }
  template <class P, class V>
  void store(P p, V v) const noexcept requires(!std::is_pointer_v<P>) {
    store_chunk(p, *this, v);
  }
};

/// The last elements, fewer than a register holds: missing lanes read as zero and are not written.
template <class T, class Arch = default_arch>
struct partial_chunk {
  using value_type = T;
  using register_type = batch<T, Arch>;
  std::size_t begin;
  std::size_t lanes;

  [[nodiscard]] std::size_t count() const noexcept { return lanes; }
  [[nodiscard]] register_type load(T const* p) const noexcept {
    return register_type::load_first(p + begin, lanes);
  }
  void store(T* p, register_type v) const noexcept { v.store_first(p + begin, lanes); }

  template <class P>
  [[nodiscard]] auto load(P p) const noexcept requires(!std::is_pointer_v<P>) {
    return load_chunk(p, *this);
  }
  template <class P, class V>
  void store(P p, V v) const noexcept requires(!std::is_pointer_v<P>) {
    store_chunk(p, *this, v);
  }
};

/// Calls body(chunk) for the elements 0 ... n - 1, register by register, the tail included.
///
///     for_each_chunk<float>(n, [=](auto chunk) { chunk.store(y, chunk.load(x) * 2.0F); });
///
/// The body is written once; an element's result does not depend on whether it fell in the tail.
template <class T, class Arch = default_arch, class Body>
inline void for_each_chunk(std::size_t n, Body&& body) {
  constexpr std::size_t width = batch<T, Arch>::size;
  std::size_t i = 0;
  for (; i + width <= n; i += width) body(full_chunk<T, Arch>{i});
  if constexpr (width > 1) {
    if (i < n) body(partial_chunk<T, Arch>{i, n - i});
  }
}

}  // namespace halo::simd
