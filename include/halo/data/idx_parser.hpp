// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/aligned.hpp>
#include <halo/core/bit_cast.hpp>
#include <halo/core/error.hpp>
#include <halo/io/file.hpp>
#include <halo/io/kind.hpp>
#include <halo/io/tensor_view.hpp>

// IDX, the format of MNIST: 00 00, a byte of type, a byte of rank, one extent of 4 bytes for each
// axis, the elements; row-major, the most significant byte first. [LeCun, Cortes & Burges, MNIST]
//
//     00 00 08 03  00 00 27 10  00 00 00 1c  00 00 00 1c  ...        u8 [10000, 28, 28]

namespace halo::data::detail {

/// The array of a file in the file's own bytes.
struct idx_view {
  std::string_view name;
  io::dtype type = io::dtype::u8;
  io::extents shape;
  std::span<std::byte const> bytes;  ///< of the elements, the most significant one first

  [[noreturn]] void refuse(std::size_t at, std::string_view expected,
                           std::string_view found) const {
    fail("idx", std::string(name) + ": byte " + std::to_string(at), expected, found);
  }

  /// Where element i begins in the file.
  [[nodiscard]] std::size_t position(std::size_t i) const noexcept {
    return 4 + 4 * shape.rank() + i * io::size_of(type);
  }

  /// Element i; F is the type of the file.
  template <class F>
  [[nodiscard]] F element(std::size_t i) const noexcept {
    std::array<std::byte, sizeof(F)> value;
    std::memcpy(value.data(), bytes.data() + i * sizeof(F), sizeof(F));
    if constexpr (std::endian::native == std::endian::little)
      std::reverse(value.begin(), value.end());
    return core::bit_cast<F>(value);
  }
};

inline constexpr std::array<std::optional<io::dtype>, 7> idx_types = {
    io::dtype::u8,  io::dtype::i8,  std::nullopt,  // types 0x08 ... 0x0E
    io::dtype::i16, io::dtype::i32, io::dtype::f32, io::dtype::f64};

/// Checks the header of a file of `size` bytes against that; all that is needed of it are the first
/// bytes, as far as the header can go.
[[nodiscard]] inline idx_view open_idx_header(std::span<std::byte const> all, std::size_t size,
                                              std::string_view name) {
  idx_view file{name, {}, {}, {}};
  auto const byte = [all](std::size_t i) { return std::to_integer<std::size_t>(all[i]); };
  if (all.size() < 4) {
    file.refuse(0, "at least 4 bytes: 00 00, type, rank", std::to_string(all.size()));
  }
  if (byte(0) != 0 || byte(1) != 0) file.refuse(0, "00 00", io::kind_or_bytes(all));
  std::size_t const type = byte(2) - 8;
  if (type >= idx_types.size() || !idx_types[type]) {
    file.refuse(2, "type 8, 9, 11, 12, 13 or 14", std::to_string(byte(2)));
  }
  file.type = *idx_types[type];
  std::size_t const rank = byte(3);
  if (rank < 1 || rank > io::extents::most) {
    file.refuse(3, "1 to 8 axes", std::to_string(rank));
  }
  std::size_t const begin = 4 + 4 * rank;
  if (all.size() < begin) {
    file.refuse(4, std::to_string(rank) + " extents of 4 bytes",
                std::to_string(all.size() - 4) + " bytes");
  }
  for (std::size_t at = 4; at < begin; at += 4) {
    file.shape.push_back(byte(at) << 24U | byte(at + 1) << 16U | byte(at + 2) << 8U | byte(at + 3));
  }
  std::optional<std::size_t> const bytes = file.shape.bytes(file.type);
  if (!bytes || *bytes != size - begin) {
    file.refuse(begin,
                (bytes ? std::to_string(*bytes) : "far too many") + " bytes for " +
                    std::string(io::name_of(file.type)) + ' ' + io::to_string(file.shape),
                std::to_string(size - begin));
  }
  return file;
}

/// The same of a whole file, with its elements.
[[nodiscard]] inline idx_view open_idx(std::span<std::byte const> all, std::string_view name) {
  idx_view file = open_idx_header(all, all.size(), name);
  file.bytes = all.subspan(file.position(0));
  return file;
}

/// The bytes of a file of at most `limit`, the rest of them once the header fits the file's size.
[[nodiscard]] inline aligned_buffer<std::byte> read_idx(std::string const& path,
                                                        std::size_t limit) {
  io::input_file file(path);
  file.expect_at_most(limit);
  std::array<std::byte, 4 + 4 * io::extents::most> room{};
  auto const head = std::span(room).first(std::min(room.size(), file.size()));
  file.read(head);
  static_cast<void>(open_idx_header(head, file.size(), path));
  auto bytes = io::make_buffer("idx", path, file.size());
  std::copy(head.begin(), head.end(), bytes.begin());
  file.read(bytes.span().subspan(head.size()));
  return bytes;
}

}  // namespace halo::data::detail

#include <halo/macros_back.hpp>
