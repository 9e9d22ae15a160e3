// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#if !__has_include(<png.h>)
#  error \
      "halo: data/png.hpp needs libpng (Debian: libpng-dev), and a program that includes it -lpng"
#endif

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/data/image_shape.hpp>
#include <halo/data/ppm.hpp>
#include <halo/io/kind.hpp>
#include <halo/io/memory.hpp>

// PNG [ISO/IEC 15948] by libpng, which its authors keep. The only header of halo that needs it; no
// other header includes this one.

namespace halo::data {

namespace detail {

/// What the first 33 bytes of a PNG file say.
struct png_header {
  image_shape shape;
  std::size_t bits;  ///< of a number
};

/// The bytes of a file as libpng asks for them, and what it complained of.
struct png_source {
  std::span<std::byte const> bytes;
  std::size_t at = 0;
  std::array<char, 128> message{};

  static void read(png_structp png, png_bytep to, png_size_t n) {
    auto& self = *static_cast<png_source*>(png_get_io_ptr(png));
    if (n > self.bytes.size() - self.at) png_error(png, "the end of the file");
    std::copy_n(reinterpret_cast<png_byte const*>(self.bytes.data()) + self.at, n, to);
    self.at += n;
  }
  [[noreturn]] static void complain(png_structp png, png_const_charp text) {
    auto& self = *static_cast<png_source*>(png_get_error_ptr(png));
    std::string_view const words(text);
    std::copy_n(words.begin(), std::min(words.size(), self.message.size() - 1),
                self.message.begin());
    png_longjmp(png, 1);
  }
  static void warn(png_structp, png_const_charp) {}
};

/// libpng's memory for one file.
class png_reader {
 public:
  explicit png_reader(png_source& source)
      : png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, png_source::complain,
                                    png_source::warn)) {
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (png_ != nullptr) png_set_read_fn(png_, &source, png_source::read);
  }
  png_reader(png_reader const&) = delete;
  png_reader& operator=(png_reader const&) = delete;
  ~png_reader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  [[nodiscard]] bool is_open() const noexcept { return info_ != nullptr; }

  /// Reads as far as the pixels; bytes of a row, 0 where something is wrong. It may jump out of
  /// libpng: nothing here has a destructor.
  [[nodiscard]] std::size_t begin() noexcept {
    if (setjmp(png_jmpbuf(png_)) != 0) return 0;
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);  // texts, profiles
    png_read_info(png_, info_);
    png_set_expand(png_);  // palettes, fewer than 8 bits, a colour that is transparent
    static_cast<void>(png_set_interlace_handling(png_));
    png_read_update_info(png_, info_);
    return png_get_rowbytes(png_, info_);
  }
  /// Reads the pixels, and the rest of the file; false where something is wrong.
  [[nodiscard]] bool read(std::size_t height, std::size_t row, png_bytep to) noexcept {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    int const passes = png_get_interlace_type(png_, info_) == PNG_INTERLACE_NONE ? 1 : 7;
    for (int pass = 0; pass < passes; ++pass)
      for (std::size_t i = 0; i < height; ++i) png_read_row(png_, to + i * row, nullptr);
    png_read_end(png_, nullptr);
    return true;
  }

 private:
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

/// @throws halo::error for what is no PNG file, or one that says nonsense
[[nodiscard]] inline png_header header_of_png(std::span<std::byte const> file,
                                              std::string_view name) {
  auto const byte = [file](std::size_t i) { return std::to_integer<std::size_t>(file[i]); };
  auto const number = [&](std::size_t i) {
    return byte(i) << 24U | byte(i + 1) << 16U | byte(i + 2) << 8U | byte(i + 3);
  };
  if (!io::as_text(file).starts_with("\x89PNG\r\n\x1A\n"))
    fail("png", std::string(name) + ": byte 0", "a PNG image", io::kind_or_bytes(file));
  if (file.size() < 33)
    fail("png", name, "33 bytes at least", std::to_string(file.size()) + ": the file is cut");
  if (number(8) != 13 || io::as_text(file.subspan(12, 4)) != "IHDR")
    fail("png", std::string(name) + ": byte 8", "the chunk IHDR of 13 bytes", "another");
  bool const grey = byte(25) == 0 || byte(25) == 4;
  return {{number(20), number(16), grey ? std::size_t{1} : std::size_t{3}}, byte(24)};
}

}  // namespace detail

/// Reads the bytes of a PNG image: to [height, width, channels], a byte for each number.
///
/// Palettes become colours, 1, 2 and 4 bits 8; lines may be interlaced. Numbers are those of the
/// file, whatever it says of gamma and colour profiles.
/// halo::error with expected and found: another kind of file, a shape other than `asked` (before
/// anything is unpacked), 16 bits, a pixel that is transparent, damaged or missing bytes. `name`
/// stands in it as the file.
/// @pre to.size() == asked.size()
inline void decode_png(std::span<std::byte const> file, std::string_view name,
                       image_shape const& asked, std::span<std::uint8_t> to) {
  HALO_EXPECTS(to.size() == asked.size(), "decode_png: there is room for exactly the image");
  detail::png_header const header = detail::header_of_png(file, name);
  detail::expect_shape("png", name, asked, header.shape);
  if (header.bits > 8) fail("png", name, "8 bits a number", std::to_string(header.bits));
  detail::png_source source{.bytes = file};
  detail::png_reader reader(source);
  if (!reader.is_open()) fail("png", name, "memory for libpng", "none");
  auto const refuse = [&] {
    fail("png", std::string(name) + ": byte " + std::to_string(source.at), "a sound image",
         source.message.data());
  };
  std::size_t const row = reader.begin();
  std::size_t const opaque = asked.width * asked.channels;
  if (row == opaque) {
    if (!reader.read(asked.height, row, to.data())) refuse();
    return;
  }
  if (row != opaque + asked.width) refuse();
  auto pixels = io::make_buffer("png", name, asked.height * row);
  if (!reader.read(asked.height, row, reinterpret_cast<png_bytep>(pixels.data()))) refuse();
  auto const* from = reinterpret_cast<std::uint8_t const*>(pixels.data());
  for (std::size_t i = 0; i < to.size(); i += asked.channels, from += asked.channels + 1) {
    std::copy_n(from, asked.channels, to.data() + i);
    if (std::size_t const at = i / asked.channels; from[asked.channels] != 255)
      fail("png", name, "a pixel that is not transparent",
           "one in row " + std::to_string(at / asked.width) + ", column " +
               std::to_string(at % asked.width));
  }
}

/// The same of a PNG, PGM or PPM image, whichever the first bytes say that it is.
inline void decode_image(std::span<std::byte const> file, std::string_view name,
                         image_shape const& asked, std::span<std::uint8_t> to) {
  std::string_view const begin = io::as_text(file).substr(0, 2);
  if (begin == "P5" || begin == "P6")
    decode_ppm(file, name, asked, to);
  else
    decode_png(file, name, asked, to);
}

}  // namespace halo::data

#include <halo/macros_back.hpp>
