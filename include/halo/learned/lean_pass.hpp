// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <halo/learned/lean_storage.hpp>
#include <halo/learned/pass.hpp>
#include <halo/learned/program.hpp>
#include <halo/learned/reader.hpp>
#include <halo/simd/transform.hpp>

// The two passes of a program over coordinates whose numbers are kept otherwise than they are
// computed with: a tile is unpacked, walked through and packed again.

namespace halo::learned {

/// observe() for n coordinates of a tensor, from the beginning of a tile on.
///
/// @param state  as they are kept
/// @param noise  by which they are rounded
/// @param total  what they report is added here, lane by lane
template <program P, precision S, class Arch = simd::default_arch, class W, class T>
[[gnu::noinline]] void observe_lean(W const* weights, T const* row, std::size_t n, T const* theta,
                                    T const* gradient, conditioner<T> const& condition,
                                    detail::kept_as<S, T>* state, std::uint32_t noise,
                                    simd::batch<T, Arch>* total) noexcept {
  using V = simd::batch<T, Arch>;
  constexpr std::size_t kept = detail::kept_numbers<P>;
  plain_reader<V, W, T> const reader(weights, row);
  for (std::size_t at = 0; at < n; at += tile_lanes, state += kept * tile_lanes) {
    alignas(64) T numbers[P::state * tile_lanes] = {};
    detail::unpack<kept * tile_lanes>(state, numbers);
    simd::for_each_chunk<T, Arch>(std::min(tile_lanes, n - at), [&](auto chunk) {
      T* const here = numbers + chunk.begin;
      at_least_one<V, P::state> s;
      at_least_one<V, P::sums> sum;
      V none(T(0));
      detail::load_numbers<V, P::state>(here, s.data());
      P::observe(reader, condition(chunk.load(gradient + at)), chunk.load(theta + at), s.data(),
                 &none, sum.data());
      detail::store_numbers<V, kept>(here, s.data());
      for (std::size_t k = 0; k != P::sums; ++k) total[k] += chunk.fill(sum[k], T(0));
    });
    detail::pack<kept * tile_lanes>(numbers, state, noise);
  }
}

/// apply() for n coordinates of a tensor, from the beginning of a tile on.
///
/// @param gradient  not read where only observe() looks at it
/// @param start     where they began, null: at 0
template <program P, precision S, class Arch = simd::default_arch, class W, class T>
[[gnu::noinline]] void apply_lean(W const* weights, T const* row, std::size_t n, T* theta,
                                  T const* gradient, conditioner<T> const& condition,
                                  detail::kept_as<S, T> const* state, float const* start) noexcept {
  using V = simd::batch<T, Arch>;
  constexpr std::size_t kept = detail::kept_numbers<P>;
  plain_reader<V, W, T> const reader(weights, row);
  for (std::size_t at = 0; at < n; at += tile_lanes, state += kept * tile_lanes) {
    alignas(64) T numbers[P::state * tile_lanes] = {};
    std::size_t const lanes = std::min(tile_lanes, n - at);
    detail::unpack<kept * tile_lanes>(state, numbers);
    if constexpr (kept < P::state)
      if (start != nullptr)
        for (std::size_t i = 0; i < lanes; ++i)
          numbers[kept * tile_lanes + i] = static_cast<T>(start[at + i]);
    simd::for_each_chunk<T, Arch>(lanes, [&](auto chunk) {
      at_least_one<V, P::state> s;
      V const none(T(0));
      detail::load_numbers<V, P::state>(numbers + chunk.begin, s.data());
      V const x = chunk.load(static_cast<T const*>(theta + at));
      V g = none;
      if constexpr (!program_traits<P>::gradient_once) g = condition(chunk.load(gradient + at));
      V const y = P::apply(reader, g, x, s.data(), &none);
      chunk.store(theta + at, condition.moved(x, y));
    });
  }
}

}  // namespace halo::learned
