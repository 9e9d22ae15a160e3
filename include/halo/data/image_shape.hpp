// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>

namespace halo::data {

/// The size of an image as halo has it: [height, width, channels], channels 1 (grey) or 3 (red,
/// green, blue).
struct image_shape {
  std::size_t height = 0;    ///< rows of pixels
  std::size_t width = 0;     ///< pixels of a row
  std::size_t channels = 1;  ///< numbers of a pixel

  /// How many numbers an image has.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return height * width * channels; }
};

/// "28 x 28 x 1", as messages call it.
[[nodiscard]] inline std::string to_string(image_shape const& s) {
  return std::to_string(s.height) + " x " + std::to_string(s.width) + " x " +
         std::to_string(s.channels);
}

namespace detail {

/// pixel / 255 of every pixel, so that nothing is divided for each.
[[nodiscard]] constexpr std::array<float, 256> pixel_shades() noexcept {
  std::array<float, 256> shades{};
  for (std::size_t i = 0; i < shades.size(); ++i) shades[i] = static_cast<float>(i) / 255.0F;
  return shades;
}

/// @throws halo::error for a shape that no image has
inline void expect_image(image_shape const& s) {
  constexpr std::size_t most = 1U << 16U;  // so that the size is no larger than numbers are
  if (s.height == 0 || s.width == 0 || s.height > most || s.width > most)
    fail("image", "shape", "1 to 65536 rows and columns", to_string(s));
  if (s.channels != 1 && s.channels != 3)
    fail("image", "shape", "1 channel (grey) or 3 (red, green, blue)", to_string(s));
}

/// @throws halo::error where a file's image is of another shape; `format` and `name` are the file's
inline void expect_shape(std::string_view format, std::string_view name, image_shape const& asked,
                         image_shape const& found) {
  if (found.height == asked.height && found.width == asked.width &&
      found.channels == asked.channels)
    return;
  fail(format, name, "an image of " + to_string(asked) + " (height x width x channels)",
       to_string(found));
}

}  // namespace detail

}  // namespace halo::data
