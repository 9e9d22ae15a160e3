// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/png.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <halo/data/images.hpp>
#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"
#include "../support/png.hpp"

namespace data_png_test {

using namespace halo;
using support::png_chunk;
using support::png_of;
using namespace std::string_literals;

namespace {

std::vector<int> read(std::string const& file, data::image_shape const& shape) {
  std::vector<std::uint8_t> pixels(shape.size());
  data::decode_png(io::as_bytes(file), "a.png", shape, pixels);
  return {pixels.begin(), pixels.end()};
}
std::string message(std::string const& file, data::image_shape const& shape) {
  return support::message_of<error>([&] { static_cast<void>(read(file, shape)); });
}

// 3 wide, 2 high; each line after its filter, 1: differences to the left.
std::string const grey = png_of({3, 2, 8, 0, "\0\x01\x02\xFF"s + "\x01\x0A\x01\x01"s});
std::string const colours = png_of({1, 2, 8, 2, "\0abc\0def"s});
std::string const palette = png_chunk("PLTE", "\xFF\0\0\0\xFF\0"s);

}  // namespace

TEST_CASE("png: grey and colours, channels last") {
  CHECK(read(grey, {2, 3, 1}) == std::vector<int>{1, 2, 255, 10, 11, 12});
  CHECK(read(colours, {2, 1, 3}) == std::vector<int>{97, 98, 99, 100, 101, 102});
}

TEST_CASE("png: palettes, few bits, interlaced lines") {
  CHECK(read(png_of({2, 1, 8, 3, "\0\x01\0"s, palette}), {1, 2, 3}) ==
        std::vector<int>{0, 255, 0, 255, 0, 0});
  CHECK(read(png_of({4, 1, 1, 0, "\0\xA0"s}), {1, 4, 1}) == std::vector<int>{255, 0, 255, 0});
  CHECK(read(png_of({2, 1, 4, 0, "\0\x0F"s}), {1, 2, 1}) == std::vector<int>{0, 255});
  // Adam7: 2 by 2 pixels are three of the seven images: (0,0); (0,1); (1,0) (1,1)
  CHECK(read(png_of({2, 2, 8, 0, "\0a\0b\0cd"s, "", true}), {2, 2, 1}) ==
        std::vector<int>{97, 98, 99, 100});
}

TEST_CASE("png: numbers are those of the file, whatever it says of gamma") {
  auto const bright = png_chunk("gAMA", support::png_number(100000));
  CHECK(read(png_of({2, 1, 8, 0, "\0\x10\x80"s, bright}), {1, 2, 1}) == std::vector<int>{16, 128});
}

TEST_CASE("png: transparency is left out where there is none, and refused elsewhere") {
  CHECK(read(png_of({2, 1, 8, 4, "\0a\xFF"s + "b\xFF"s}), {1, 2, 1}) == std::vector<int>{97, 98});
  CHECK(read(png_of({1, 2, 8, 6, "\0abc\xFF\0def\xFF"s}), {2, 1, 3}) ==
        std::vector<int>{97, 98, 99, 100, 101, 102});
  CHECK(message(png_of({1, 2, 8, 6, "\0abc\xFF\0def\xFE"s}), {2, 1, 3}) ==
        "png: a.png: expected a pixel that is not transparent, found one in row 1, column 0");
  std::string const clear = palette + png_chunk("tRNS", "\xFF\0"s);
  CHECK(read(png_of({2, 1, 8, 3, "\0\0\0"s, clear}), {1, 2, 3}) ==
        std::vector<int>{255, 0, 0, 255, 0, 0});
  CHECK(support::contains(message(png_of({2, 1, 8, 3, "\0\0\x01"s, clear}), {1, 2, 3}),
                          "row 0, column 1"));
}

TEST_CASE("png: another kind, another shape, 16 bits, huge sizes") {
  CHECK(message(grey, {3, 2, 1}) ==
        "png: a.png: expected an image of 3 x 2 x 1 (height x width x channels), found 2 x 3 x 1");
  CHECK(support::contains(message(colours, {2, 1, 1}), "found 2 x 1 x 3"));
  CHECK(message(png_of({1, 1, 16, 0, "\0ab"s}), {1, 1, 1}) ==
        "png: a.png: expected 8 bits a number, found 16");
  CHECK(message("GIF89a", {1, 1, 1}) ==
        "png: a.png: byte 0: expected a PNG image, found a GIF image");
  CHECK(message("", {1, 1, 1}) == "png: a.png: byte 0: expected a PNG image, found nothing");
  CHECK(message(png_of({0xFFFFFFFF, 0xFFFFFFFF, 8, 0, ""}), {2, 3, 1}) ==
        "png: a.png: expected an image of 2 x 3 x 1 (height x width x channels), found 4294967295 "
        "x 4294967295 x 1");
  CHECK(support::contains(message(png_of({1, 1, 3, 0, "\0a"s}), {1, 1, 1}),
                          "expected a sound image, found "));
  CHECK(support::contains(message(png_of({1, 1, 8, 3, "\0a"s}), {1, 1, 3}),
                          "expected a sound image, found "));  // a palette without one
}

TEST_CASE("png: cut off anywhere it is refused, flipped anywhere it is refused or the same") {
  for (std::size_t n = 0; n < grey.size(); ++n) {
    CAPTURE(n);
    CHECK(message(grey.substr(0, n), {2, 3, 1}) != "no error");
  }
  CHECK(support::contains(message(grey.substr(0, 50), {2, 3, 1}),
                          ": expected a sound image, found the end of the file"));
  for (std::size_t n = 0; n < grey.size(); ++n)
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = grey;
      broken[n] = static_cast<char>(broken[n] ^ (1 << bit));
      if (message(broken, {2, 3, 1}) == "no error")
        CHECK(read(broken, {2, 3, 1}) == read(grey, {2, 3, 1}));
    }
}

TEST_CASE("png: by the first bytes one decoder takes both formats") {
  support::folder f;
  io::save_atomically(f / "a.png", colours);
  io::save_atomically(f / "b.png", "P6 1 2 255\nabcdef"s);  // a wrong name
  for (char const* name : {"a.png", "b.png"})
    CHECK(data::load_image(f / name, {2, 1, 3}, &data::decode_image)(1, 0, 2) == 102 / 255.0F);
}

}  // namespace data_png_test
