// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/image_shape.hpp>
#include <halo/data/ppm.hpp>
#include <halo/io/descriptor.hpp>
#include <halo/io/file.hpp>
#include <halo/io/folder.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/quoted.hpp>
#include <halo/tensor/array.hpp>

namespace halo::data {

/// What makes pixels of a file's bytes: decode_ppm, or decode_png and decode_image of
/// halo/data/png.hpp.
template <class D>
concept image_decoder = std::invocable<D&, std::span<std::byte const>, std::string_view,
                                       image_shape const&, std::span<std::uint8_t>>;

namespace detail {

inline constexpr std::size_t image_limit = std::size_t{1} << 28;

/// The pixels of a file, into room for exactly them.
template <image_decoder Decode>
void read_image(std::string const& path, image_shape const& shape, Decode& decode,
                std::span<std::uint8_t> to) {
  auto const bytes = io::read_file(path, image_limit);
  decode(std::span<std::byte const>(bytes.span()), std::string_view(path), shape, to);
}

/// What a pixel is as a number of a tensor.
template <class T>
void write_pixels(std::span<std::uint8_t const> pixels, T* to) noexcept {
  if constexpr (std::same_as<T, float>) {
    static constexpr auto shades = pixel_shades();
    for (std::uint8_t const p : pixels) *to++ = shades[p];
  } else {
    std::copy(pixels.begin(), pixels.end(), to);
  }
}

}  // namespace detail

/// Reads one image of a known shape: [height, width, channels], float from 0 to 1 or std::uint8_t.
///
/// halo::error as the decoder, as read_file (at most 256 MB), and for a shape that no image has.
template <class T = float, image_decoder Decode = decltype(&decode_ppm)>
[[nodiscard]] tensor::array<T, 3> load_image(std::string const& path, image_shape const& shape,
                                             Decode decode = &decode_ppm) {
  static_assert(std::same_as<T, float> || std::same_as<T, std::uint8_t>,
                "halo: load_image: pixels are float from 0 to 1, or std::uint8_t");
  detail::expect_image(shape);
  return io::with_memory("image", path, shape.size() * (1 + sizeof(T)), [&] {
    std::vector<std::uint8_t> pixels(shape.size());
    detail::read_image(path, shape, decode, pixels);
    auto result = tensor::array<T, 3>::from_shape({shape.height, shape.width, shape.channels});
    detail::write_pixels(pixels, result.data());
    return result;
  });
}

/// Images of classes, and what the classes are called.
struct labelled_images {
  dataset samples;                   ///< x: an image a row, channels last, from 0 to 1
  std::vector<std::string> classes;  ///< the name of each label
};

#if defined(HALO_POSIX)  // elsewhere a program lists its files

namespace detail {

/// The names in a folder, sorted, without those that begin with a dot: folders, or all others.
[[nodiscard]] inline std::vector<std::string> names_in(std::string const& folder, bool folders) {
  std::vector<std::string> names;
  for (io::folder_entry& entry : io::list_folder(folder, "images"))
    if (entry.name.front() != '.' && entry.is_folder == folders)
      names.push_back(std::move(entry.name));
  return names;
}

/// The label of a class: its place among the names.
[[nodiscard]] inline std::int32_t label_of(std::string const& name, std::string const& folder,
                                           std::vector<std::string> const& classes) {
  auto const place = std::find(classes.begin(), classes.end(), name);
  if (place == classes.end())
    fail("images", folder + '/' + name,
         "a folder of one of the classes, " + io::quoted(classes.front()) + " to " +
             io::quoted(classes.back()),
         io::quoted(name));
  return static_cast<std::int32_t>(place - classes.begin());
}

template <image_decoder Decode>
[[nodiscard]] labelled_images images_in(std::string const& folder, image_shape const& shape,
                                        Decode& decode, std::vector<std::string> const& classes) {
  std::vector<std::string> const found = names_in(folder, true);
  labelled_images result{{}, classes.empty() ? found : classes};
  std::vector<std::pair<std::string, std::int32_t>> files;
  for (std::string const& name : found) {
    std::int32_t const label = label_of(name, folder, result.classes);
    std::string const inner = folder + '/' + name;
    for (std::string const& file : names_in(inner, false))
      files.emplace_back(inner + '/' + file, label);
  }
  if (files.empty())
    fail("images", folder, "a folder of images for each class",
         found.empty() ? "no folder in it" : "folders without a file");
  result.samples = make_dataset(files.size(), shape.size(), result.classes.size());
  std::vector<std::uint8_t> pixels(shape.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    read_image(files[i].first, shape, decode, pixels);
    write_pixels(pixels, result.samples.x.data() + i * shape.size());
    result.samples.y(i) = files[i].second;
  }
  return result;
}

}  // namespace detail

/// Reads a folder in which each class has a folder of its images, all of one shape:
/// photos/cat/1.ppm, photos/dog/1.ppm. Labels are in the order of the classes' names.
///
/// Names that begin with a dot, and files beside the folders, are left alone.
/// halo::error as the decoder and read_file, naming the file; for no image at all, and a folder
/// that is none of the classes.
/// @param classes  those of another folder, so that labels are the same; none: whatever is there
template <image_decoder Decode = decltype(&decode_ppm)>
[[nodiscard]] labelled_images load_images(std::string const& folder, image_shape const& shape,
                                          Decode decode = &decode_ppm,
                                          std::vector<std::string> const& classes = {}) {
  detail::expect_image(shape);
  return io::with_memory("images", folder,
                         [&] { return detail::images_in(folder, shape, decode, classes); });
}

#endif

}  // namespace halo::data
