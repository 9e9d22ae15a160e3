// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/assert.hpp>
#include <halo/core/error.hpp>
#include <halo/data/image_shape.hpp>
#include <halo/io/kind.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/quoted.hpp>

// PGM and PPM, the plainest formats of images, as Netpbm defines them: a header in words, then a
// byte for each number.
//
//     P5 28 28 255\n  784 bytes of grey          P6 32 32 255\n  1024 times red, green, blue

namespace halo::data {

namespace detail {

/// The words of a header, one after the other.
class ppm_header {
 public:
  ppm_header(std::string_view file, std::string_view name) : file_(file), name_(name) {}

  [[noreturn]] void refuse(std::string_view expected, std::string_view found) const {
    fail("ppm", std::string(name_) + ": byte " + std::to_string(at_), expected, found);
  }

  /// The channels that the first two bytes stand for.
  [[nodiscard]] std::size_t channels() {
    std::string_view const magic = file_.substr(0, 2);
    bool const known = magic == "P5" || magic == "P6";
    if (!known) {
      bool const sister = magic.size() == 2 && magic[0] == 'P' && magic[1] > '0' && magic[1] < '8';
      refuse("P5 (grey) or P6 (colours)", sister ? std::string(magic) + ", another kind of Netpbm"
                                                 : io::kind_or_bytes(io::as_bytes(file_)));
    }
    at_ = 2;
    return magic == "P5" ? 1 : 3;
  }

  /// The next number; `what` it is stands in messages.
  [[nodiscard]] std::size_t number(std::string_view what) {
    skip_space();
    std::size_t value = 0, begin = at_;
    for (; at_ < file_.size() && file_[at_] >= '0' && file_[at_] <= '9'; ++at_) {
      value = 10 * value + static_cast<std::size_t>(file_[at_] - '0');
      if (value > 1'000'000) refuse(std::string(what) + " below a million", "more");
    }
    if (at_ == begin) refuse(what, rest());
    return value;
  }

  /// The bytes behind the one space that ends the header.
  [[nodiscard]] std::span<std::byte const> pixels() {
    if (at_ >= file_.size() || !is_space(file_[at_])) refuse("a space and the pixels", rest());
    ++at_;
    return io::as_bytes(file_.substr(at_));
  }

 private:
  [[nodiscard]] static bool is_space(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
  [[nodiscard]] std::string rest() const {
    return at_ < file_.size() ? io::quoted(file_.substr(at_), 8) : "the end of the file";
  }
  /// White space, and comments from # to the end of their line.
  void skip_space() {
    std::size_t const begin = at_;
    for (; at_ < file_.size(); ++at_) {
      if (file_[at_] == '#') at_ = std::min(file_.find('\n', at_), file_.size() - 1);
      if (!is_space(file_[at_])) break;
    }
    if (at_ == begin) refuse("a space", rest());
  }

  std::string_view file_, name_;
  std::size_t at_ = 0;
};

}  // namespace detail

/// Reads the bytes of a PGM or PPM image: to [height, width, channels], a byte for each number.
///
/// halo::error with byte, expected and found: text in the place of bytes (P2, P3), more or less
/// than 8 bits, another shape than `asked`, a file that is cut or has more in it. `name` stands in
/// it as the file.
/// @pre to.size() == asked.size()
inline void decode_ppm(std::span<std::byte const> file, std::string_view name,
                       image_shape const& asked, std::span<std::uint8_t> to) {
  HALO_EXPECTS(to.size() == asked.size(), "decode_ppm: there is room for exactly the image");
  detail::ppm_header header(io::as_text(file), name);
  image_shape found{.channels = header.channels()};
  found.width = header.number("a width");
  found.height = header.number("a height");
  detail::expect_shape("ppm", name, asked, found);
  if (std::size_t const most = header.number("a largest value"); most != 255)
    header.refuse("255 as the largest value", std::to_string(most));
  auto const pixels = header.pixels();
  if (pixels.size() != to.size())
    header.refuse(std::to_string(to.size()) + " bytes of pixels", std::to_string(pixels.size()));
  std::transform(pixels.begin(), pixels.end(), to.begin(),
                 [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
}

}  // namespace halo::data

#include <halo/macros_back.hpp>
