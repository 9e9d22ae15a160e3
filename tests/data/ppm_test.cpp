// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/ppm.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "../support/data.hpp"

namespace data_ppm_test {

using namespace halo;

namespace {

std::vector<int> read(std::string const& file, data::image_shape const& shape) {
  std::vector<std::uint8_t> pixels(shape.size());
  data::decode_ppm(io::as_bytes(file), "a.ppm", shape, pixels);
  return {pixels.begin(), pixels.end()};
}
std::string message(std::string const& file, data::image_shape const& shape = {1, 2, 1}) {
  return support::message_of<error>([&] { static_cast<void>(read(file, shape)); });
}

}  // namespace

TEST_CASE("ppm: grey and colours, channels last") {
  CHECK(read("P5 3 2 255\nabcdef", {2, 3, 1}) == std::vector<int>{97, 98, 99, 100, 101, 102});
  CHECK(read("P6 1 2 255\nabcdef", {2, 1, 3}) == std::vector<int>{97, 98, 99, 100, 101, 102});
  CHECK(read(std::string("P5 2 1 255\n\xFF\0", 13), {1, 2, 1}) == std::vector<int>{255, 0});
}

TEST_CASE("ppm: comments, line ends of any kind, and pixels that look like a header") {
  CHECK(read("P5\n# by a scanner 12\n2\t1 # wide\r\n255\nab", {1, 2, 1}) ==
        std::vector<int>{97, 98});
  CHECK(read("P5\n2 1\n255\n #", {1, 2, 1}) == std::vector<int>{32, 35});
  CHECK(read("P5\n2 1\n255\n12", {1, 2, 1}) == std::vector<int>{49, 50});
}

TEST_CASE("ppm: what does not fit is named with byte, expected and found") {
  struct {
    std::string file, says;
  } const cases[] = {
      {"", "ppm: a.ppm: byte 0: expected P5 (grey) or P6 (colours), found nothing"},
      {"P2 2 1 255 1 2", "byte 0: expected P5 (grey) or P6 (colours), found P2, another kind of "},
      {"\x89PNG\r\n\x1A\n", "byte 0: expected P5 (grey) or P6 (colours), found a PNG image"},
      {"\xFF\xD8\xFF\xE0", "found a JPEG image"},
      {"P52 1 255\nab", "byte 2: expected a space, found '2 1 255?"},
      {"P5 x 1 255\nab", "byte 3: expected a width, found 'x 1 255?"},
      {"P5 2", "byte 4: expected a space, found the end of the file"},
      {"P5 2 -1 255\nab", "byte 5: expected a height, found '-1 255?a"},
      {"P5 # no end", "byte 10: expected a width, found 'd'"},
      {"P5 99999999999999999999 1 255\nab", "expected a width below a million, found more"},
      {"P5 1 2 255\nab",
       "ppm: a.ppm: expected an image of 1 x 2 x 1 (height x width x channels), "
       "found 2 x 1 x 1"},
      {"P6 2 1 255\nabcdef", "found 1 x 2 x 3"},
      {"P5 2 1 65535\nabcd", "expected 255 as the largest value, found 65535"},
      {"P5 2 1 255", "expected a space and the pixels, found the end of the file"},
      {"P5 2 1 255\na", "byte 11: expected 2 bytes of pixels, found 1"},
      {"P5 2 1 255\nabc", "byte 11: expected 2 bytes of pixels, found 3"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.file);
    CAPTURE(message(c.file));
    CHECK(support::contains(message(c.file), c.says));
  }
}

TEST_CASE("ppm: cut off anywhere it is refused") {
  std::string const file = "P6 # colours\n2 2 255\nabcdefghijkl";
  CHECK(message(file, {2, 2, 3}) == "no error");
  for (std::size_t n = 0; n < file.size(); ++n)
    CHECK(message(file.substr(0, n), {2, 2, 3}) != "no error");
}

}  // namespace data_ppm_test
