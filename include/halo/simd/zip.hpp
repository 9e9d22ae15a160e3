// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cstddef>
#include <utility>

#include <halo/core/bit_cast.hpp>
#include <halo/simd/batch.hpp>

namespace halo::simd {

namespace detail {

// Not xsimd's zip_lo: that one interleaves within 128-bit blocks in version 8 and across them
// later.
template <std::size_t From, class T, class Arch, std::size_t... I>
[[nodiscard]] inline batch<T, Arch> zip(batch<T, Arch> a, batch<T, Arch> b,
                                        std::index_sequence<I...>) noexcept {
  constexpr std::size_t width = sizeof...(I);
#if defined(__clang__) || __GNUC__ >= 12
  using reg = typename native<T, Arch>::type::register_type;
  using lanes [[gnu::vector_size(width * sizeof(T))]] = T;  // WebAssembly's reg is four integers
  auto const mixed = __builtin_shufflevector(core::bit_cast<lanes>(reg(a.native)),
                                             core::bit_cast<lanes>(reg(b.native)),
                                             static_cast<int>(I % 2 * width + I / 2 + From)...);
  return {typename batch<T, Arch>::wrap{},
          typename native<T, Arch>::type(core::bit_cast<reg>(mixed))};
#else
  alignas(64) std::array<T, 2 * width> both;
  a.store(both.data());
  b.store(both.data() + width);
  alignas(64) std::array<T, width> const lanes{both[I % 2 * width + I / 2 + From]...};
  return batch<T, Arch>::load(lanes.data());
#endif
}

}  // namespace detail

/// a0 b0 a1 b1 ... of the first half of the lanes; a alone where there is but one lane.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> zip_lo(batch<T, Arch> a, batch<T, Arch> b) noexcept {
  if constexpr (batch<T, Arch>::is_scalar)
    return a;
  else
    return detail::zip<0>(a, b, std::make_index_sequence<batch<T, Arch>::size>{});
}
/// a0 b0 a1 b1 ... of the second half of the lanes; b alone where there is but one lane.
template <class T, class Arch>
[[nodiscard]] inline batch<T, Arch> zip_hi(batch<T, Arch> a, batch<T, Arch> b) noexcept {
  constexpr std::size_t width = batch<T, Arch>::size;
  if constexpr (batch<T, Arch>::is_scalar)
    return b;
  else
    return detail::zip<width / 2>(a, b, std::make_index_sequence<width>{});
}

}  // namespace halo::simd

#include <halo/macros_back.hpp>
