// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/idx_parser.hpp>
#include <halo/io/file.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/tensor_view.hpp>
#include <halo/tensor/array.hpp>

namespace halo::data {

namespace detail {

/// Whether T has every value of F.
template <class T, class F>
inline constexpr bool holds =
    (std::floating_point<T> || std::integral<F>)&&(
        std::is_signed_v<T> || std::is_unsigned_v<F>)&&std::numeric_limits<T>::digits >=
    std::numeric_limits<F>::digits;

/// Calls use.operator()<F>() with the type F of the file; halo::error unless T has its values.
template <class T, class Use>
void with_element(idx_view const& file, Use use) {
  auto const call = [&]<class F>() {
    if constexpr (holds<T, F>) {
      use.template operator()<F>();
    } else {
      file.refuse(2, "a type that fits into " + std::string(io::name_of(io::dtype_of<T>())),
                  io::name_of(file.type));
    }
  };
  switch (file.type) {
    case io::dtype::u8:
      return call.template operator()<std::uint8_t>();
    case io::dtype::i8:
      return call.template operator()<std::int8_t>();
    case io::dtype::i16:
      return call.template operator()<std::int16_t>();
    case io::dtype::i32:
      return call.template operator()<std::int32_t>();
    case io::dtype::f32:
      return call.template operator()<float>();
    default:
      return call.template operator()<double>();
  }
}

}  // namespace detail

/// Reads the bytes of an IDX file whose elements are T or of a type whose every value T has: float
/// reads u8, i8, i16 and f32, double all, std::int32_t all whole numbers.
///
/// halo::error with byte, expected and found: another magic number, an unknown type or one that
/// does not fit into T, another rank (files have 1 to 8 axes), more or fewer bytes than the extents
/// say, an infinite element or NaN. `name` stands in it as the file.
template <class T, std::size_t Rank>
[[nodiscard]] tensor::array<T, Rank> parse_idx(std::span<std::byte const> bytes,
                                               std::string_view name) {
  static_assert(Rank >= 1 && Rank <= io::extents::most, "halo: idx: files have 1 to 8 axes");
  static_assert(detail::holds<T, std::uint8_t> || std::same_as<T, std::int8_t>,
                "halo: idx: elements are numbers");
  detail::idx_view const file = detail::open_idx(bytes, name);
  if (file.shape.rank() != Rank) {
    file.refuse(3, std::to_string(Rank) + " axes", io::to_string(file.shape));
  }
  std::array<std::size_t, Rank> shape{};
  std::copy(file.shape.begin(), file.shape.end(), shape.begin());
  tensor::array<T, Rank> result;
  detail::with_element<T>(file, [&]<class F>() {
    io::with_memory("idx", name, file.bytes.size() / sizeof(F) * sizeof(T),
                    [&] { result.resize(shape); });
    for (std::size_t i = 0; i < result.size(); ++i) {
      F const value = file.element<F>(i);
      if constexpr (std::floating_point<F>) {
        if (!std::isfinite(value)) {
          file.refuse(file.position(i), "a finite number", std::isnan(value) ? "NaN" : "infinity");
        }
      }
      result.data()[i] = static_cast<T>(value);
    }
  });
  return result;
}

/// Reads an IDX file of at most `limit` bytes, say load_idx<std::uint8_t, 3>(path); errors as above
/// and as read_file. Its header is compared with its size before there is memory for it.
template <class T, std::size_t Rank>
[[nodiscard]] tensor::array<T, Rank> load_idx(std::string const& path,
                                              std::size_t limit = io::file_limit) {
  auto const bytes = detail::read_idx(path, limit);
  return parse_idx<T, Rank>(bytes.span(), path);
}

/// Reads images u8 [rows, ...] and labels u8 [rows] as MNIST has them: x [rows, pixels of an image]
/// = pixel / 255, y = label.
///
/// classes: labels are below it; 0: one more than the largest. halo::error as parse_idx, and where
/// the files hold other types or different numbers of rows, images without a pixel, or no image.
[[nodiscard]] inline dataset parse_idx_dataset(std::span<std::byte const> images,
                                               std::string_view images_name,
                                               std::span<std::byte const> labels,
                                               std::string_view labels_name,
                                               std::size_t classes = 0) {
  detail::idx_view const x = detail::open_idx(images, images_name);
  detail::idx_view const y = detail::open_idx(labels, labels_name);
  if (x.type != io::dtype::u8) x.refuse(2, "pixels U8", io::name_of(x.type));
  if (y.type != io::dtype::u8) y.refuse(2, "labels U8", io::name_of(y.type));
  if (x.shape.rank() < 2) x.refuse(3, "at least 2 axes", io::to_string(x.shape));
  if (y.shape.rank() != 1) y.refuse(3, "1 axis", io::to_string(y.shape));
  if (x.bytes.empty()) x.refuse(4, "at least one image and pixel", io::to_string(x.shape));
  std::size_t const rows = x.shape[0];
  if (y.shape[0] != rows) {
    y.refuse(4, std::to_string(rows) + " labels, as many as images in " + std::string(images_name),
             std::to_string(y.shape[0]));
  }
  std::size_t largest = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    std::size_t const label = y.element<std::uint8_t>(i);
    if (classes != 0 && label >= classes) {
      y.refuse(y.position(i), "a label from 0 to " + std::to_string(classes - 1),
               std::to_string(label));
    }
    largest = std::max(largest, label);
  }
  dataset result = make_dataset(rows, x.bytes.size() / rows, classes != 0 ? classes : largest + 1);
  for (std::size_t i = 0; i < x.bytes.size(); ++i) {
    result.x.data()[i] = static_cast<float>(x.element<std::uint8_t>(i)) / 255.0F;
  }
  for (std::size_t i = 0; i < rows; ++i) result.y.data()[i] = y.element<std::uint8_t>(i);
  return result;
}

/// Reads two files of at most `limit` bytes, say t10k-images-idx3-ubyte and
/// t10k-labels-idx1-ubyte; errors as above and as read_file.
[[nodiscard]] inline dataset load_idx_dataset(std::string const& images, std::string const& labels,
                                              std::size_t classes = 0,
                                              std::size_t limit = io::file_limit) {
  auto const x = detail::read_idx(images, limit);
  auto const y = detail::read_idx(labels, limit);
  return parse_idx_dataset(x.span(), images, y.span(), labels, classes);
}

}  // namespace halo::data

#include <halo/macros_back.hpp>
