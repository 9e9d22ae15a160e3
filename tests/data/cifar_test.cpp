// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/cifar.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace data_cifar_test {

using namespace halo;

namespace {

unsigned pixel(std::size_t image, std::size_t channel, std::size_t line, std::size_t column) {
  return static_cast<unsigned>(image * 101 + channel * 83 + line * 7 + column) % 256;
}

// Images whose labels are 3, 4, 5, ...
std::string file(std::size_t images) {
  std::string text;
  for (std::size_t i = 0; i < images; ++i) {
    text += static_cast<char>(3 + i);
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t y = 0; y < 32; ++y)
        for (std::size_t x = 0; x < 32; ++x) text += static_cast<char>(pixel(i, c, y, x));
  }
  return text;
}

std::string message(std::string const& bytes) {
  return support::message_of<error>(
      [&] { static_cast<void>(data::parse_cifar(io::as_bytes(bytes), "a.bin")); });
}

}  // namespace

TEST_CASE("cifar: line by line, red, green and blue beside each other") {
  data::dataset const d = data::parse_cifar(io::as_bytes(file(3)), "a.bin");
  REQUIRE(d.rows() == 3);
  REQUIRE(d.features() == 3072);
  CHECK(d.classes == 10);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(d.y(i) == static_cast<std::int32_t>(3 + i));
    for (std::size_t y = 0; y < 32; ++y)
      for (std::size_t x = 0; x < 32; ++x)
        for (std::size_t c = 0; c < 3; ++c)
          REQUIRE(d.x(i, (y * 32 + x) * 3 + c) == static_cast<float>(pixel(i, c, y, x)) / 255.0F);
  }
}

TEST_CASE("cifar: bad input is named with byte, expected and found") {
  std::string const good = file(2);
  CHECK(message(good) == "no error");
  CHECK(message("") == "cifar: a.bin: expected images of 3073 bytes, found 0 bytes");
  CHECK(message(good.substr(0, 3072)) ==
        "cifar: a.bin: expected images of 3073 bytes, found 3072 bytes in all");
  CHECK(message(good + 'x') ==
        "cifar: a.bin: expected images of 3073 bytes, found 6147 bytes in all");
  std::string other = good;
  other[3073] = 10;
  CHECK(message(other) == "cifar: a.bin: byte 3073: expected a label from 0 to 9, found 10");
  other[0] = static_cast<char>(255);
  CHECK(message(other) == "cifar: a.bin: byte 0: expected a label from 0 to 9, found 255");
}

TEST_CASE("cifar: a folder in the official layout") {
  support::folder f;
  auto const loaded = [&](char const* part) {
    return support::message_of<error>([&] { static_cast<void>(data::load_cifar(f.path(), part)); });
  };
  CHECK(
      support::contains(loaded("test"), "test_batch.bin: expected a readable file, found No such"));
  CHECK(support::contains(loaded("train"), "data_batch_1.bin: expected a readable file, found No"));
  CHECK(loaded("both") == "cifar: part: expected train or test, found both");
  std::string whole(30'730'000, '\x33');
  for (std::size_t i = 0; i < 10'000; ++i) whole[i * 3073] = static_cast<char>(i % 7);
  io::save_atomically(f / "data_batch_1.bin", whole);
  CHECK(support::contains(loaded("train"), "data_batch_2.bin: expected a readable file, found No"));
  io::save_atomically(f / "test_batch.bin", whole.substr(0, 30'726'927));
  CHECK(
      support::contains(loaded("test"), "test_batch.bin: expected 30730000 bytes, found 30726927"));
  io::save_atomically(f / "test_batch.bin", whole);
  data::dataset const d = data::load_cifar(f.path(), "test");
  CHECK(d.rows() == 10'000);
  for (std::size_t i = 0; i < 10'000; ++i) REQUIRE(d.y(i) == static_cast<std::int32_t>(i % 7));
  CHECK(d.x(9'999, 3071) == 0.2F);
  whole[9'998 * 3073] = 10;  // a message counts from the beginning of the file
  io::save_atomically(f / "test_batch.bin", whole);
  CHECK(support::contains(loaded("test"),
                          "test_batch.bin: byte 30723854: expected a label from 0 to 9, found 10"));
}

TEST_CASE("cifar: the real files") {
  std::string const folder = support::data_folder();
  if (folder.empty()) return;
  if (!io::exists(folder + "/cifar-10-batches-bin")) {
    MESSAGE("skipped: HALO_DATA has no folder cifar-10-batches-bin");
    return;
  }
  data::dataset const d = data::load_cifar(folder + "/cifar-10-batches-bin", "test");
  CHECK(data::rows_per_class(d) == std::vector<std::size_t>(10, 1000));
  // The first four: cat, ship, ship, airplane; and what another program found in the first image.
  CHECK(d.y(0) == 3);
  CHECK(d.y(1) == 8);
  CHECK(d.y(2) == 8);
  CHECK(d.y(3) == 0);
  CHECK(d.x(0, 0) == 158.0F / 255.0F);
  CHECK(d.x(0, 1) == 112.0F / 255.0F);
  CHECK(d.x(0, 2) == 49.0F / 255.0F);
  CHECK(d.x(0, 3) == 159.0F / 255.0F);
}

}  // namespace data_cifar_test
