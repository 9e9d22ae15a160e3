// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/simd/pointer.hpp>

// Channels that share mean and variance with their neighbours: groups of equally many.

namespace halo::kernel {

/// Replaces the channels' moments by those of their groups, whose channels have equally many
/// elements each: mean_G = Σ_{c∈G} mean_c / |G|,
/// variance_G = Σ_{c∈G} (variance_c + (mean_c - mean_G)²) / |G|.
///
/// @param mean, variance, rest  one a channel, of channel_moments; changed in place
/// @pre groups divides channels
template <class P>
void group_moments(std::size_t channels, std::size_t groups, P mean, P variance, P rest) noexcept {
  using E = simd::element_of<P>;
  using T = simd::scalar_of<P>;
  using simd::read_element;
  using simd::write_element;
  std::size_t const size = channels / groups;
  E const share(T(1) / static_cast<T>(size));
  for (std::size_t first = 0; first < channels; first += size) {
    E m(T(0)), v(T(0)), left(T(0));
    for (std::size_t c = first; c < first + size; ++c) m = m + E(read_element(mean, c));
    m = m * share;
    auto const off = [&](std::size_t c) {
      return (E(read_element(mean, c)) - m) + E(read_element(rest, c));
    };
    for (std::size_t c = first; c < first + size; ++c) left = left + off(c);
    left = left * share;
    E const better = m + left;
    left = left - (better - m);
    m = better;
    for (std::size_t c = first; c < first + size; ++c) {
      E const d = off(c) - left;
      v = v + (E(read_element(variance, c)) + d * d);
    }
    for (std::size_t c = first; c < first + size; ++c) {
      write_element(mean, c, m);
      write_element(variance, c, v * share);
      write_element(rest, c, left);
    }
  }
}

/// Replaces the channels' a_c by Σ gain_k a_k / n over their group, and b_c by the same of b: the
/// shift and tilt of channel_backward from dbias and dgain.
///
/// @param n  elements of a group
template <class P>
void group_slopes(std::size_t n, std::size_t channels, std::size_t groups, simd::const_of<P> gain,
                  P a, P b) noexcept {
  using E = simd::element_of<P>;
  using T = simd::scalar_of<P>;
  using simd::read_element;
  using simd::write_element;
  std::size_t const size = channels / groups;
  E const share(n == 0 ? T(0) : T(1) / static_cast<T>(n));
  for (std::size_t first = 0; first < channels; first += size) {
    E total_a(T(0)), total_b(T(0));
    for (std::size_t c = first; c < first + size; ++c) {
      E const g = read_element(gain, c);
      total_a = total_a + g * E(read_element(a, c));
      total_b = total_b + g * E(read_element(b, c));
    }
    for (std::size_t c = first; c < first + size; ++c) {
      write_element(a, c, total_a * share);
      write_element(b, c, total_b * share);
    }
  }
}

}  // namespace halo::kernel
