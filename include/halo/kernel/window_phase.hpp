// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include <halo/kernel/window.hpp>

// A window that slides along one axis, seen from its inputs: which outputs see them, at which taps.

namespace halo::kernel::detail {

/// Inputs phase, phase + stride, ... of an axis: all of them are seen by the same taps, input t of
/// the phase at the last of these taps by output t + output.
///
/// Taps are counted from the last to the first: so outputs are counted from the first to the last.
struct window_phase {
  std::size_t phase;
  std::size_t taps = 0;
  std::size_t last = 0;       // tap
  std::size_t tap_step;       // from a tap down to the next
  std::ptrdiff_t output = 0;  // at the last tap, seen from input 0 of the phase
  std::size_t output_step;    // from the output of a tap up to that of the next

  window_phase(window_axis const& a, std::size_t number, window_range kernel) noexcept
      : phase(number) {
    std::size_t const common = std::gcd(a.stride, a.dilation);
    tap_step = a.stride / common;
    output_step = a.dilation / common;
    std::size_t const shift = phase + a.low, rest = shift % a.stride;
    std::size_t first = kernel.begin;
    std::size_t const end = std::min(first + tap_step, kernel.end);
    while (first < end && first * a.dilation % a.stride != rest) ++first;
    if (first == end) return;
    taps = (kernel.end - 1 - first) / tap_step + 1;
    last = first + (taps - 1) * tap_step;
    output = (static_cast<std::ptrdiff_t>(shift) - static_cast<std::ptrdiff_t>(last * a.dilation)) /
             static_cast<std::ptrdiff_t>(a.stride);
  }

  /// Taps at which input t sees one of the outputs.
  [[nodiscard]] window_range inside(std::size_t t, std::size_t outputs) const noexcept {
    std::ptrdiff_t const at = static_cast<std::ptrdiff_t>(t) + output;
    auto const before = static_cast<std::size_t>(std::max<std::ptrdiff_t>(-at, 0));
    auto const from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(at, 0));
    return steps_within(from, output_step, taps, {before, before + outputs});
  }
};

/// The first and the last output that see an input of a range at a tap of a range.
[[nodiscard]] inline std::pair<std::ptrdiff_t, std::ptrdiff_t> outputs_around(
    window_axis const& a, window_range in, window_range taps) noexcept {
  auto const s = static_cast<std::ptrdiff_t>(a.stride);
  auto const output = [&](std::size_t i, std::size_t k) {
    std::ptrdiff_t const at =
        static_cast<std::ptrdiff_t>(i + a.low) - static_cast<std::ptrdiff_t>(k * a.dilation);
    return at >= 0 ? at / s : -((s - 1 - at) / s);
  };
  return {output(in.begin, taps.end - 1), output(in.end - 1, taps.begin)};
}

}  // namespace halo::kernel::detail

#include <halo/macros_back.hpp>
