// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include <halo/simd/batch.hpp>

// At -Os compilers call functions of one instruction: three times the time, and more code.
#if defined(__OPTIMIZE_SIZE__)
#  define HALO_SIMD_INLINE [[gnu::always_inline]]
#else
#  define HALO_SIMD_INLINE
#endif

namespace halo::simd {

/// 0, 1, 2, ... in the lanes.
template <class T, class Arch = default_arch>
[[nodiscard]] inline batch<T, Arch> lane_numbers() noexcept {
  alignas(64) static constexpr auto numbers = [] {
    std::array<T, batch<T, Arch>::size> lanes{};
    for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = static_cast<T>(i);
    return lanes;
  }();
  return batch<T, Arch>::load(numbers.data());
}

/// A run of elements that fills a whole register.
template <class T, class Arch = default_arch>
struct full_chunk {
  using value_type = T;
  using register_type = batch<T, Arch>;
  std::size_t begin;

  [[nodiscard]] static constexpr std::size_t count() noexcept { return register_type::size; }
  /// v itself: no lane is missing.
  template <class V>
  [[nodiscard]] HALO_SIMD_INLINE static V fill(V v, T) noexcept {
    return v;
  }
  [[nodiscard]] HALO_SIMD_INLINE register_type load(T const* p) const noexcept {
    return register_type::load(p + begin);
  }
  HALO_SIMD_INLINE void store(T* p, register_type v) const noexcept { v.store(p + begin); }

  /// Pointers of other rooms (planes of dual numbers): their load_chunk and store_chunk are found
  /// by argument-dependent lookup.
  template <class P>
  [[nodiscard]] auto load(P p) const noexcept
    requires(!std::is_pointer_v<P>)
  {
    return load_chunk(p, *this);
  }
  template <class P, class V>
  void store(P p, V v) const noexcept
    requires(!std::is_pointer_v<P>)
  {
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
  /// v with the missing lanes set to value, for sums, maxima and the like.
  template <class V>
  [[nodiscard]] V fill(V v, T value) const noexcept {
    return select(lane_numbers<T, Arch>() < register_type(static_cast<T>(lanes)), v, V(value));
  }
  [[nodiscard]] register_type load(T const* p) const noexcept {
    return register_type::load_first(p + begin, lanes);
  }
  void store(T* p, register_type v) const noexcept { v.store_first(p + begin, lanes); }

  template <class P>
  [[nodiscard]] auto load(P p) const noexcept
    requires(!std::is_pointer_v<P>)
  {
    return load_chunk(p, *this);
  }
  template <class P, class V>
  void store(P p, V v) const noexcept
    requires(!std::is_pointer_v<P>)
  {
    store_chunk(p, *this, v);
  }
};

/// Elements that lie a stride apart, one a lane: column entries of as many rows. At most a register
/// full; missing lanes read as zero and are not written.
template <class T, class Arch = default_arch>
struct strided_chunk {
  using value_type = T;
  using register_type = batch<T, Arch>;
  std::size_t begin;
  std::size_t stride;
  std::size_t lanes;

  [[nodiscard]] std::size_t count() const noexcept { return lanes; }
  template <class V>
  [[nodiscard]] V fill(V v, T value) const noexcept {
    return partial_chunk<T, Arch>{begin, lanes}.fill(v, value);
  }
  [[nodiscard]] register_type load(T const* p) const noexcept {
    alignas(64) std::array<T, register_type::size> one_a_lane{};
    for (std::size_t i = 0; i < lanes; ++i) one_a_lane[i] = p[begin + i * stride];
    return register_type::load(one_a_lane.data());
  }
  void store(T* p, register_type v) const noexcept {
    alignas(64) std::array<T, register_type::size> one_a_lane;
    v.store(one_a_lane.data());
    for (std::size_t i = 0; i < lanes; ++i) p[begin + i * stride] = one_a_lane[i];
  }

  template <class P>
  [[nodiscard]] auto load(P p) const noexcept
    requires(!std::is_pointer_v<P>)
  {
    return load_chunk(p, *this);
  }
  template <class P, class V>
  void store(P p, V v) const noexcept
    requires(!std::is_pointer_v<P>)
  {
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

#undef HALO_SIMD_INLINE
