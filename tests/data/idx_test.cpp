// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/idx.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace data_idx_test {

using namespace halo;

namespace {

// Bytes by hand, 0 ... 255 each.
std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (int v : values) text += static_cast<char>(v);
  return text;
}

template <class T, std::size_t Rank>
tensor::array<T, Rank> parse(std::string const& file) {
  return data::parse_idx<T, Rank>(io::as_bytes(file), "a.idx");
}

template <class T, std::size_t Rank = 1>
std::vector<T> values(std::string const& file) {
  tensor::array<T, Rank> const a = parse<T, Rank>(file);
  return {a.data(), a.data() + a.size()};
}

template <class T = std::uint8_t, std::size_t Rank = 1>
std::string message(std::string const& file) {
  return support::message_of<error>([&] { static_cast<void>(parse<T, Rank>(file)); });
}

data::dataset pairs(std::string const& images, std::string const& labels, std::size_t classes = 0) {
  return data::parse_idx_dataset(io::as_bytes(images), "x.idx", io::as_bytes(labels), "y.idx",
                                 classes);
}

std::string message_of_pairs(std::string const& images, std::string const& labels,
                             std::size_t classes = 0) {
  return support::message_of<error>([&] { static_cast<void>(pairs(images, labels, classes)); });
}

// Two images of 2 by 3 pixels, and their labels.
std::string const images = bytes({0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3}) +
                           bytes({0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6});
std::string const labels = bytes({0, 0, 8, 1, 0, 0, 0, 2, 7, 0});

}  // namespace

TEST_CASE("idx: every type of element, the most significant byte first") {
  CHECK(values<std::uint8_t>(bytes({0, 0, 0x08, 1, 0, 0, 0, 3, 0, 127, 255})) ==
        std::vector<std::uint8_t>{0, 127, 255});
  CHECK(values<std::int8_t>(bytes({0, 0, 0x09, 1, 0, 0, 0, 3, 0, 127, 255})) ==
        std::vector<std::int8_t>{0, 127, -1});
  CHECK(values<std::int16_t>(bytes({0, 0, 0x0B, 1, 0, 0, 0, 2, 0x01, 0x02, 0xFF, 0xFE})) ==
        std::vector<std::int16_t>{258, -2});
  CHECK(values<std::int32_t>(bytes({0, 0, 0x0C, 1, 0, 0, 0, 2, 1, 2, 3, 4, 0x80, 0, 0, 0})) ==
        std::vector<std::int32_t>{16909060, -2147483647 - 1});
  CHECK(values<float>(bytes({0, 0, 0x0D, 1, 0, 0, 0, 2, 0x3F, 0xC0, 0, 0, 0xC0, 0x49, 0x0F,
                             0xDB})) == std::vector<float>{1.5F, -3.14159274F});
  CHECK(values<double>(bytes({0, 0, 0x0E, 1, 0, 0, 0, 1, 0xC0, 0x09, 0x21, 0xFB, 0x54, 0x44, 0x2D,
                              0x18})) == std::vector<double>{-3.141592653589793});
}

TEST_CASE("idx: a type is read where every value fits, and refused where one might not") {
  // One file of each type, all elements 0x01 in their last byte: 1 as a whole number.
  struct {
    int type;
    std::size_t size;
    char const* name;
  } const types[] = {{8, 1, "U8"},   {9, 1, "I8"},   {11, 2, "I16"},
                     {12, 4, "I32"}, {13, 4, "F32"}, {14, 8, "F64"}};
  bool const fits[][6] = {// U8     I8     I16    I32    F32    F64
                          {true, false, false, false, false, false},  // std::uint8_t
                          {false, true, false, false, false, false},  // std::int8_t
                          {true, true, true, false, false, false},    // std::int16_t
                          {true, true, true, true, false, false},     // std::int32_t
                          {true, true, true, false, true, false},     // float
                          {true, true, true, true, true, true}};      // double
  for (std::size_t i = 0; i < 6; ++i) {
    CAPTURE(types[i].name);
    std::string const file = bytes({0, 0, types[i].type, 1, 0, 0, 0, 1}) +
                             std::string(types[i].size - 1, '\0') + bytes({1});
    std::string const found[] = {message<std::uint8_t>(file), message<std::int8_t>(file),
                                 message<std::int16_t>(file), message<std::int32_t>(file),
                                 message<float>(file),        message<double>(file)};
    char const* const names[] = {"U8", "I8", "I16", "I32", "F32", "F64"};
    for (std::size_t t = 0; t < 6; ++t) {
      CAPTURE(names[t]);
      CHECK(found[t] == (fits[t][i] ? "no error"
                                    : std::string("idx: a.idx: byte 2: expected a type that fits "
                                                  "into ") +
                                          names[t] + ", found " + types[i].name));
    }
    if (i < 4) CHECK(values<double>(file) == std::vector<double>{1});
  }
  CHECK(values<float>(bytes({0, 0, 9, 1, 0, 0, 0, 2, 0x80, 0x7F})) ==
        std::vector<float>{-128, 127});
}

TEST_CASE("idx: axes in order, the last one fastest") {
  auto const a = parse<std::uint8_t, 3>(images);
  CHECK(a.shape()[0] == 2);
  CHECK(a.shape()[1] == 2);
  CHECK(a.shape()[2] == 3);
  CHECK(a(0, 0, 1) == 51);
  CHECK(a(0, 1, 0) == 153);
  CHECK(a(1, 0, 0) == 1);
  CHECK(a(1, 1, 2) == 6);
  std::string eight = bytes({0, 0, 8, 8});
  for (int i = 0; i < 8; ++i) eight += bytes({0, 0, 0, i == 5 ? 2 : 1});
  CHECK(values<std::uint8_t, 8>(eight + bytes({3, 4})) == std::vector<std::uint8_t>{3, 4});
  std::string long_axis = bytes({0, 0, 8, 1, 0, 1, 0x02, 0x03}) + std::string(66051, 'x');
  CHECK(parse<std::uint8_t, 1>(long_axis).size() == 66051);
  CHECK(parse<std::uint8_t, 2>(bytes({0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 5})).size() == 0);
}

TEST_CASE("idx: another number of axes is refused") {
  std::string const good = bytes({0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3});
  CHECK(message(good) == "no error");
  CHECK(message<std::uint8_t, 2>(good) == "idx: a.idx: byte 3: expected 2 axes, found [3]");
  CHECK(message(images) == "idx: a.idx: byte 3: expected 1 axes, found [2, 2, 3]");
}

TEST_CASE("idx: infinity and NaN are named with their byte") {
  std::string const head = bytes({0, 0, 13, 1, 0, 0, 0, 2, 0x3F, 0x80, 0, 0});
  CHECK(message<float>(head + bytes({0x7F, 0xC0, 0, 0})) ==
        "idx: a.idx: byte 12: expected a finite number, found NaN");
  CHECK(message<float>(head + bytes({0xFF, 0x80, 0, 0})) ==
        "idx: a.idx: byte 12: expected a finite number, found infinity");
  CHECK(message<double>(head + bytes({0x7F, 0x80, 0, 0})) ==
        "idx: a.idx: byte 12: expected a finite number, found infinity");
  CHECK(message<float>(head + bytes({0x7F, 0x7F, 0xFF, 0xFF})) == "no error");
  CHECK(message<double>(bytes({0, 0, 14, 1, 0, 0, 0, 1, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0})) ==
        "idx: a.idx: byte 8: expected a finite number, found NaN");
}

TEST_CASE("idx: cut off anywhere, or one byte more, is refused") {
  for (std::size_t n = 0; n < images.size(); ++n) {
    CAPTURE(n);
    CHECK(message<std::uint8_t, 3>(images.substr(0, n)) != "no error");
  }
  CHECK(message<std::uint8_t, 3>(images) == "no error");
  CHECK(message<std::uint8_t, 3>(images + '\0') != "no error");
}

TEST_CASE("idx: a flipped bit of the header is refused") {
  // Another type of the same size is a file like any other: 8 and 9 differ in one bit.
  for (std::size_t i = 0; i < 16; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      CAPTURE(i);
      CAPTURE(bit);
      std::string broken = images;
      broken[i] = static_cast<char>(broken[i] ^ (1 << bit));
      bool const passes = i == 2 && bit == 0;
      CHECK((message<std::int16_t, 3>(broken) == "no error") == passes);
    }
  }
}

TEST_CASE("idx: images and labels become rows of pixels from 0 to 1") {
  data::dataset const d = pairs(images, labels);
  CHECK(d.rows() == 2);
  CHECK(d.features() == 6);
  CHECK(d.classes == 8);
  CHECK(d.x(0, 0) == 0.0F);
  CHECK(d.x(0, 1) == 0.2F);
  CHECK(d.x(0, 5) == 1.0F);
  CHECK(d.x(1, 0) == 1.0F / 255.0F);
  CHECK(d.y(0) == 7);
  CHECK(d.y(1) == 0);
  CHECK(pairs(images, labels, 10).classes == 10);
  CHECK(pairs(images, labels, 8).classes == 8);
}

TEST_CASE("idx: images and labels that do not belong together") {
  auto const one = bytes({0, 0, 8, 1, 0, 0, 0, 1, 7});
  struct {
    std::string x, y, says;
    std::size_t classes = 0;
  } const cases[] = {
      {labels, images, "idx: x.idx: byte 3: expected at least 2 axes, found [2]"},
      {images, images, "idx: y.idx: byte 3: expected 1 axis, found [2, 2, 3]"},
      {images, one, "idx: y.idx: byte 4: expected 2 labels, as many as images in x.idx, found 1"},
      {images, labels, "idx: y.idx: byte 8: expected a label from 0 to 6, found 7", 7},
      {images, bytes({0, 0, 8, 1, 0, 0, 0, 2, 0, 255}),
       "idx: y.idx: byte 9: expected a label from 0 to 9, found 255", 10},
      {bytes({0, 0, 9, 2, 0, 0, 0, 1, 0, 0, 0, 1, 5}), one,
       "idx: x.idx: byte 2: expected pixels U8, found I8"},
      {images, bytes({0, 0, 9, 1, 0, 0, 0, 2, 7, 0}),
       "idx: y.idx: byte 2: expected labels U8, found I8"},
      {bytes({0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 4}), bytes({0, 0, 8, 1, 0, 0, 0, 0}),
       "idx: x.idx: byte 4: expected at least one image and pixel, found [0, 4]"},
      {bytes({0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 0}), one,
       "idx: x.idx: byte 4: expected at least one image and pixel, found [1, 0]"},
      {images.substr(0, 20), labels, "idx: x.idx: byte 16: expected 12 bytes for U8 [2, 2, 3]"},
      {images, labels.substr(0, 9), "idx: y.idx: byte 8: expected 2 bytes for U8 [2], found 1"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.says);
    std::string const m = message_of_pairs(c.x, c.y, c.classes);
    CAPTURE(m);
    CHECK(support::contains(m, c.says));
  }
}

TEST_CASE("idx: files") {
  support::folder f;
  io::save_atomically(f / "x", images);
  io::save_atomically(f / "y", labels);
  CHECK(data::load_idx<std::uint8_t, 3>(f / "x")(0, 0, 2) == 102);
  CHECK(data::load_idx_dataset(f / "x", f / "y").y(0) == 7);
  CHECK(data::load_idx_dataset(f / "x", f / "y", 9).classes == 9);
  auto const swapped = support::message_of<error>(
      [&] { static_cast<void>(data::load_idx_dataset(f / "y", f / "x")); });
  CHECK(support::contains(swapped, "idx: " + (f / "y") + ": byte 3"));
  auto const none = support::message_of<error>(
      [&] { static_cast<void>(data::load_idx<std::uint8_t, 3>(f / "none")); });
  CHECK(support::contains(none, "No such file"));
}

TEST_CASE("idx: MNIST itself") {
  std::string const folder = support::data_folder();
  if (folder.empty()) return;
  std::string const begin = folder + "/mnist/t10k-";
  data::dataset const d =
      data::load_idx_dataset(begin + "images-idx3-ubyte", begin + "labels-idx1-ubyte", 10);
  CHECK(d.rows() == 10000);
  CHECK(d.features() == 784);
  // How often each digit occurs among the test images, and the first four of them.
  CHECK(data::rows_per_class(d) ==
        std::vector<std::size_t>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
  CHECK(d.y(0) == 7);
  CHECK(d.y(1) == 2);
  CHECK(d.y(2) == 1);
  CHECK(d.y(3) == 0);
  double sum = 0;
  for (float x : tensor::elements(d.x)) sum += static_cast<double>(x);
  CHECK(sum / 7840000 == doctest::Approx(0.1325).epsilon(1e-3));  // the published mean of the set
}

}  // namespace data_idx_test
