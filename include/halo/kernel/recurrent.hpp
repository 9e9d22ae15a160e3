// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <halo/kernel/sum.hpp>
#include <halo/simd/fast.hpp>
#include <halo/simd/math.hpp>
#include <halo/simd/pointer.hpp>

// What the kernels of recurrent layers share. A user's sequences lie example by example, [rows,
// steps, width]; what is kept of a forward pass lies step by step, [steps, rows, width], so that a
// step is one product over the mini-batch and many steps together are one more.

namespace halo::kernel {

/// Sizes of a recurrent layer on sequences.
struct recurrent_geometry {
  std::size_t steps = 0;       ///< of a sequence
  std::size_t inputs = 0;      ///< numbers a step
  std::size_t units = 0;       ///< numbers of a state
  bool all = false;            ///< every state is an output, else the last one
  std::size_t truncation = 0;  ///< steps that a gradient goes back at most; 0: all

  /// Steps that backward visits, the last ones: forward keeps these.
  [[nodiscard]] constexpr std::size_t kept() const noexcept {
    return all || truncation == 0 ? steps : std::min(truncation, steps);
  }
  /// Where step t lies among those kept; those before are on top of each other in the first place.
  [[nodiscard]] constexpr std::size_t place(std::size_t t) const noexcept {
    std::size_t const dropped = steps - kept();
    return t < dropped ? 0 : t - dropped;
  }
  /// Whether no gradient goes from step t to the one before: sequences are cut into pieces of
  /// `truncation` steps, counted from the end.
  [[nodiscard]] constexpr bool cut_before(std::size_t t) const noexcept {
    return t == 0 || (truncation != 0 && (steps - t) % truncation == 0);
  }
  /// Elements of an example's outputs.
  [[nodiscard]] constexpr std::size_t outputs() const noexcept {
    return all ? steps * units : units;
  }
};

namespace detail {

/// Steps whose gradients are gathered before they meet the weights: one long product instead of
/// many short ones.
inline constexpr std::size_t recurrent_block = 8;

/// σ and tanh inside recurrent cells: simd/fast.hpp's for registers of float, errors of 1e-6 in a
/// fraction of the time.
template <class T, class Arch>
[[nodiscard]] inline simd::batch<T, Arch> gate(simd::batch<T, Arch> x) noexcept {
  return simd::fast_sigmoid(x);
}
template <class V>
[[nodiscard]] inline V gate(V x) noexcept {
  using simd::sigmoid;  // not the activation of that name
  return sigmoid(x);
}

/// As above; NaN stays NaN, so that a cell which tells one number from another says so of all.
template <class T, class Arch>
[[nodiscard]] inline simd::batch<T, Arch> squash(simd::batch<T, Arch> x) noexcept {
  return fma(x, simd::batch<T, Arch>(T(0)), simd::fast_tanh(x));
}
template <class V>
[[nodiscard]] inline V squash(V x) noexcept {
  using simd::tanh;
  return tanh(x);
}

/// rows rows of n elements from one stride to another.
template <class Arch, class P>
void copy_rows(std::size_t rows, std::size_t n, simd::const_of<P> from, std::size_t from_row, P to,
               std::size_t to_row) noexcept {
  for (std::size_t i = 0; i < rows; ++i, from += from_row, to += to_row) copy<Arch>(n, from, to);
}

/// The same, added to what is there.
template <class Arch, class P>
void add_rows(std::size_t rows, std::size_t n, simd::const_of<P> from, std::size_t from_row, P to,
              std::size_t to_row) noexcept {
  for (std::size_t i = 0; i < rows; ++i, from += from_row, to += to_row)
    sum<Arch>(n, simd::const_of<P>(to), from, to);
}

}  // namespace detail

/// Brings what was kept of rows examples, [steps, rows, width], to that of those kept alone,
/// kept[0] < kept[1] < ...; `to` may be `from` or lie before it.
template <class T>
void keep_steps(std::size_t steps, std::size_t rows, std::uint32_t const* kept, std::size_t count,
                std::size_t width, T const* from, T* to) noexcept {
  for (std::size_t t = 0; t < steps; ++t, from += rows * width)
    for (std::size_t i = 0; i < count; ++i, to += width)
      std::copy_n(from + kept[i] * width, width, to);
}

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
