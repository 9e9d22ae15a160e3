// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/image_shape.hpp>
#include <halo/io/file.hpp>
#include <halo/io/kind.hpp>

// CIFAR-10, the binary version: 60,000 images in colour, 32 by 32 pixels, of ten classes.
// [Krizhevsky 2009]
//
//     label   1024 bytes of red   1024 of green   1024 of blue        3073 bytes an image

namespace halo::data {

/// Names of the classes; the label is the index.
inline constexpr std::array<std::string_view, 10> cifar_names = {
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};

/// Sizes of the images of CIFAR-10.
struct cifar {
  static constexpr std::size_t side = 32;     ///< pixels a row and rows
  static constexpr std::size_t channels = 3;  ///< red, green, blue
  static constexpr std::size_t features = side * side * channels;
  static constexpr std::size_t bytes = 1 + features;      ///< of an image in the files
  static constexpr std::size_t images_per_file = 10'000;  ///< as published
};

namespace detail {

/// Images of a file from its `begin`th on into rows from `first` on, channels last.
inline void unpack_cifar(std::span<std::byte const> bytes, std::string_view name, std::size_t begin,
                         dataset& to, std::size_t first) {
  static constexpr std::array<float, 256> shades = pixel_shades();
  constexpr std::size_t plane = cifar::side * cifar::side;
  auto const* image = reinterpret_cast<unsigned char const*>(bytes.data());
  std::size_t const rows = bytes.size() / cifar::bytes;
  float* x = to.x.data() + first * cifar::features;
  for (std::size_t i = 0; i < rows; ++i, image += cifar::bytes, x += cifar::features) {
    if (image[0] >= cifar_names.size()) {
      std::string_view const kind = begin + i == 0 ? io::kind_of(bytes) : "";
      fail("cifar", std::string(name) + ": byte " + std::to_string((begin + i) * cifar::bytes),
           "a label from 0 to 9", kind.empty() ? std::to_string(image[0]) : std::string(kind));
    }
    to.y.data()[first + i] = image[0];
    unsigned char const* const red = image + 1;
    for (std::size_t p = 0; p < plane; ++p) {
      x[3 * p] = shades[red[p]];
      x[3 * p + 1] = shades[red[p + plane]];
      x[3 * p + 2] = shades[red[p + 2 * plane]];
    }
  }
}

}  // namespace detail

/// Reads the bytes of one file: x [rows, 32 · 32 · 3], line by line, red, green and blue of a pixel
/// beside each other, from 0 to 1; y the label, 0 ... 9.
///
/// halo::error with byte, expected and found: no image, no whole number of images, a label above 9.
/// `name` stands in it as the file.
[[nodiscard]] inline dataset parse_cifar(std::span<std::byte const> bytes, std::string_view name) {
  if (bytes.empty() || bytes.size() % cifar::bytes != 0) {
    std::string_view const kind = io::kind_of(bytes);
    fail("cifar", name, "images of 3073 bytes",
         kind.empty() ? std::to_string(bytes.size()) + (bytes.empty() ? " bytes" : " bytes in all")
                      : std::string(kind));
  }
  dataset result = make_dataset(bytes.size() / cifar::bytes, cifar::features, cifar_names.size());
  detail::unpack_cifar(bytes, name, 0, result, 0);
  return result;
}

/// Reads the part "train" (data_batch_1.bin ... data_batch_5.bin, 50,000 images, 614 MB as floats)
/// or "test" (test_batch.bin, 10,000 images) of the unpacked folder cifar-10-batches-bin.
///
/// halo::error as parse_cifar and read_file, and where a file has not the 30,730,000 bytes of its
/// 10,000 images.
[[nodiscard]] inline dataset load_cifar(std::string const& folder, std::string const& part) {
  if (part != "train" && part != "test") fail("cifar", "part", "train or test", part);
  std::size_t const files = part == "train" ? 5 : 1;
  constexpr std::size_t size = cifar::images_per_file * cifar::bytes;
  dataset result;
  aligned_buffer<std::byte> room(64 * cifar::bytes);  // stays in the second cache
  for (std::size_t k = 0; k < files; ++k) {
    std::string const path =
        folder + (files == 1 ? "/test_batch.bin" : "/data_batch_" + std::to_string(k + 1) + ".bin");
    std::size_t const first = k * cifar::images_per_file;
    std::size_t read = 0;
    io::read_pieces(path, size, room.span(), [&](std::span<std::byte const> images) {
      // behind the first bytes: an error must not cost much memory
      if (result.rows() == 0)
        result = make_dataset(files * cifar::images_per_file, cifar::features, cifar_names.size());
      detail::unpack_cifar(images, path, read, result, first + read);
      read += images.size() / cifar::bytes;
    });
  }
  return result;
}

}  // namespace halo::data
