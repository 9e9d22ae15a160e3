// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <halo/core/parameter_table.hpp>
#include <halo/learned/lean_storage.hpp>
#include <halo/learned/pass.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/reader.hpp>
#include <halo/simd/transform.hpp>

// The two passes of pass.hpp over coordinates whose numbers are kept otherwise than they are
// computed with, and whose start lies elsewhere.

namespace halo::learned {

namespace detail {

/// Where the coordinates of a chunk began; 0 where nobody says.
template <class V, class Chunk>
[[nodiscard]] V start_of(float const* start, Chunk const& chunk) noexcept {
  using T = typename V::value_type;
  if (start == nullptr) return V(T(0));
  if constexpr (std::is_same_v<T, float>) {
    return chunk.load(start);
  } else {
    alignas(64) T numbers[V::size] = {};
    for (std::size_t i = 0; i < chunk.count(); ++i)
      numbers[i] = static_cast<T>(start[chunk.begin + i]);
    return V::load(numbers);
  }
}

}  // namespace detail

namespace detail {

/// Elements from `begin` on of the gradient of a tensor, of a whole one or of what hands out parts.
template <class T>
[[nodiscard]] T const* part_of(T const* gradient, parameter_info const& info, std::size_t,
                               std::size_t begin, std::size_t) noexcept {
  return gradient + info.offset + begin;
}
template <class Gradient>
[[nodiscard]] auto part_of(Gradient const& gradient, parameter_info const&, std::size_t i,
                           std::size_t begin, std::size_t count) noexcept
  requires(!std::is_pointer_v<Gradient>)
{
  return gradient(i, begin, count);
}
/// Whole tiles that are asked for at a time.
template <class Gradient>
inline constexpr std::size_t most_of = [] {
  if constexpr (std::is_pointer_v<Gradient>)
    return std::numeric_limits<std::size_t>::max() / tile_lanes * tile_lanes;
  else
    return Gradient::most / tile_lanes * tile_lanes;
}();

}  // namespace detail

/// observe() for n coordinates of a tensor, from the beginning of a tile on.
///
/// @param state  as they are kept
/// @param from   between which magnitudes each of them was, where that is 8 bits
/// @param to     and will be
/// @param noise  by which they are rounded
/// @param total  what they report is added here, lane by lane
template <program P, precision S, class Arch = simd::default_arch, class W, class T>
[[gnu::noinline]] [[gnu::flatten]] void observe_lean(
    W const* weights, T const* row, std::size_t n, T const* theta, T const* gradient,
    conditioner<T> const& condition, detail::kept_as<S, T>* state,
    detail::kept_scales<P> const& from, detail::kept_scales<P> const& to, std::uint32_t noise,
    simd::batch<T, Arch>* total) noexcept {
  using V = simd::batch<T, Arch>;
  constexpr std::size_t kept = detail::kept_numbers<P>;
  plain_reader<V, W, T> const reader(weights, row);
  detail::for_each_register<T, Arch>(n, [&](std::size_t tile, std::size_t lane, auto chunk) {
    auto* const here = state + tile * kept * tile_lanes + lane;
    at_least_one<V, P::state> s;
    at_least_one<V, P::sums> sum;
    V none(T(0));
    s.back() = none;
    for (std::size_t k = 0; k != kept; ++k)
      s[k] = detail::load_kept<V>(here + k * tile_lanes, from[k]);
    P::observe(reader, condition(chunk.load(gradient)), chunk.load(theta), s.data(), &none,
               sum.data());
    for (std::size_t k = 0; k != kept; ++k)
      detail::store_kept(s[k], here + k * tile_lanes, noise, to[k]);
    for (std::size_t k = 0; k != P::sums; ++k) total[k] += chunk.fill(sum[k], T(0));
  });
}

/// apply() for n coordinates of a tensor, from the beginning of a tile on.
///
/// @param gradient  not read where only observe() looks at it
/// @param start     where they began, null: at 0
template <program P, precision S, class Arch = simd::default_arch, class W, class T>
[[gnu::noinline]] [[gnu::flatten]] void apply_lean(W const* weights, T const* row, std::size_t n,
                                                   T* theta, T const* gradient,
                                                   conditioner<T> const& condition,
                                                   detail::kept_as<S, T> const* state,
                                                   detail::kept_scales<P> const& from,
                                                   float const* start) noexcept {
  using V = simd::batch<T, Arch>;
  constexpr std::size_t kept = detail::kept_numbers<P>;
  plain_reader<V, W, T> const reader(weights, row);
  detail::for_each_register<T, Arch>(n, [&](std::size_t tile, std::size_t lane, auto chunk) {
    auto const* const here = state + tile * kept * tile_lanes + lane;
    at_least_one<V, P::state> s;
    V const none(T(0));
    for (std::size_t k = 0; k != kept; ++k)
      s[k] = detail::load_kept<V>(here + k * tile_lanes, from[k]);
    if constexpr (kept < P::state) s[kept] = detail::start_of<V>(start, chunk);
    V const x = chunk.load(static_cast<T const*>(theta));
    V g = none;
    if constexpr (!program_traits<P>::gradient_once) g = condition(chunk.load(gradient));
    chunk.store(theta, condition.moved(x, P::apply(reader, g, x, s.data(), &none)));
  });
}

}  // namespace halo::learned

#include <halo/macros_back.hpp>
