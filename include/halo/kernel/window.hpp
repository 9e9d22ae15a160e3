// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>

namespace halo::kernel {

/// Numbers begin, begin + 1, ..., end - 1.
struct window_range {
  std::size_t begin, end;  ///< from begin up to, not including end
  [[nodiscard]] constexpr std::size_t size() const noexcept { return end - begin; }
  friend constexpr bool operator==(window_range, window_range) noexcept = default;
  /// The part of it that lies in other; empty ranges lie inside it.
  [[nodiscard]] constexpr window_range within(window_range other) const noexcept {
    std::size_t const first = std::clamp(other.begin, begin, end);
    return {first, std::clamp(other.end, first, end)};
  }
};

/// Numbers n < count with from + n·step in the target.
[[nodiscard]] constexpr window_range steps_within(std::size_t from, std::size_t step,
                                                  std::size_t count, window_range target) noexcept {
  auto const steps_to = [&](std::size_t at) {
    std::size_t const way = at <= from ? 0 : at - from;
    return std::min(step == 1 ? way : (way + step - 1) / step, count);  // a division is slow
  };
  return {steps_to(target.begin), steps_to(target.end)};
}

/// A window that slides along one axis: output o sees inputs o·stride + k·dilation - low for k = 0,
/// ..., kernel - 1, zeros where there is no such input.
struct window_axis {
  /// Inputs, outputs, places of the kernel, inputs between outputs, inputs between places.
  std::size_t in = 1, out = 1, kernel = 1, stride = 1, dilation = 1;
  std::size_t low = 0;  ///< zeros before the first input

  /// Inputs from the first to the last that an output sees.
  [[nodiscard]] constexpr std::size_t reach() const noexcept { return (kernel - 1) * dilation + 1; }

  /// Places k at which output o sees an input, not a zero.
  [[nodiscard]] constexpr window_range taps(std::size_t o) const noexcept {
    return steps_within(o * stride, dilation, kernel, {low, low + in});
  }
  /// Outputs that see an input at place k.
  [[nodiscard]] constexpr window_range outputs(std::size_t k) const noexcept {
    return steps_within(k * dilation, stride, out, {low, low + in});
  }

  /// Inputs that some output sees.
  [[nodiscard]] constexpr std::size_t seen() const noexcept {
    std::size_t n = 0;
    for (std::size_t i = 0; i < in; ++i) {
      bool found = false;
      for (std::size_t k = 0; k < kernel && !found; ++k) {
        std::size_t const at = i + low - k * dilation;  // of the first place; wraps before it
        found = i + low >= k * dilation && at % stride == 0 && at / stride < out;
      }
      n += found ? 1U : 0U;
    }
    return n;
  }

  /// As many outputs as windows fit whole; 0 where none does.
  [[nodiscard]] static constexpr window_axis valid(std::size_t in, std::size_t kernel,
                                                   std::size_t stride = 1,
                                                   std::size_t dilation = 1) noexcept {
    window_axis a{in, 0, kernel, stride, dilation, 0};
    if (a.reach() <= in) a.out = (in - a.reach()) / stride + 1;
    return a;
  }
  /// One output every stride inputs, with as few zeros as that takes, half of them (rounded down)
  /// in front: TensorFlow's SAME. (PyTorch's padding="same" is the same for stride 1.)
  [[nodiscard]] static constexpr window_axis same(std::size_t in, std::size_t kernel,
                                                  std::size_t stride = 1,
                                                  std::size_t dilation = 1) noexcept {
    window_axis a{in, (in + stride - 1) / stride, kernel, stride, dilation, 0};
    std::size_t const needed = (a.out - 1) * stride + a.reach();
    if (needed > in) a.low = (needed - in) / 2;
    return a;
  }
  /// The same number of zeros at both ends, half of what the kernel reaches (rounded down):
  /// PyTorch's padding = kernel // 2. The first output looks at the first input from the middle.
  [[nodiscard]] static constexpr window_axis symmetric(std::size_t in, std::size_t kernel,
                                                       std::size_t stride = 1,
                                                       std::size_t dilation = 1) noexcept {
    window_axis a{in, 0, kernel, stride, dilation, 0};
    a.low = (a.reach() - 1) / 2;
    if (a.reach() <= in + 2 * a.low) a.out = (in + 2 * a.low - a.reach()) / stride + 1;
    return a;
  }
};

}  // namespace halo::kernel

#include <halo/macros_back.hpp>
