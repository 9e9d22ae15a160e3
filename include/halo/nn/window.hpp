// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <halo/kernel/window.hpp>

namespace halo::nn {

/// Height and width of a kernel, a stride or the like: 3 is 3 by 3, window{1, 3} is 1 by 3.
struct window {
  std::size_t height, width;  ///< rows and columns
  /// A square one.
  constexpr window(std::size_t both) noexcept : height(both), width(both) {}  // conv2d<16, 3>
  /// One of h rows and w columns.
  constexpr window(std::size_t h, std::size_t w) noexcept : height(h), width(w) {}
  [[nodiscard]] constexpr std::size_t size() const noexcept { return height * width; }
};

/// What lies around an image: zeros, as few as one output every stride inputs takes (half of them,
/// rounded down, in front: TensorFlow's rule); nothing; or as many zeros at both ends, half of what
/// the kernel reaches (PyTorch's padding=kernel // 2; differs from the first at strides above 1).
enum class padding { same, valid, symmetric };

namespace detail {

[[nodiscard]] constexpr kernel::window_axis axis_of(std::size_t in, std::size_t kernel,
                                                    std::size_t stride, padding pad,
                                                    std::size_t dilation = 1) noexcept {
  using kernel::window_axis;
  return pad == padding::same    ? window_axis::same(in, kernel, stride, dilation)
         : pad == padding::valid ? window_axis::valid(in, kernel, stride, dilation)
                                 : window_axis::symmetric(in, kernel, stride, dilation);
}

}  // namespace detail
}  // namespace halo::nn
