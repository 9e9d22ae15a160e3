// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/image_shape.hpp>

#include <doctest/doctest.h>

#include <string>

#include "../support/data.hpp"

namespace data_image_shape_test {

using namespace halo;

namespace {

std::string message(data::image_shape const& s) {
  return support::message_of<error>([&] { data::detail::expect_image(s); });
}

}  // namespace

TEST_CASE("image_shape: height, width, channels; grey unless told") {
  constexpr data::image_shape grey{28, 20};
  static_assert(grey.size() == 560);
  CHECK(data::to_string(grey) == "28 x 20 x 1");
  CHECK(data::to_string({2, 3, 3}) == "2 x 3 x 3");
}

TEST_CASE("image_shape: what no image has is refused") {
  CHECK(message({28, 28, 3}) == "no error");
  CHECK(message({65536, 1, 1}) == "no error");
  CHECK(message({0, 28, 1}) ==
        "image: shape: expected 1 to 65536 rows and columns, found 0 x 28 x 1");
  CHECK(support::contains(message({28, 65537, 1}), "1 to 65536 rows and columns"));
  CHECK(message({28, 28, 4}) ==
        "image: shape: expected 1 channel (grey) or 3 (red, green, blue), found 28 x 28 x 4");
}

TEST_CASE("image_shape: another shape is named with both") {
  auto const of = [](data::image_shape const& found) {
    return support::message_of<error>([&] {
      data::detail::expect_shape("png", "a.png", {2, 3, 1}, found);
    });
  };
  CHECK(of({2, 3, 1}) == "no error");
  CHECK(of({3, 2, 1}) ==
        "png: a.png: expected an image of 2 x 3 x 1 (height x width x channels), found 3 x 2 x 1");
  CHECK(of({2, 3, 3}) != "no error");
}

}  // namespace data_image_shape_test
