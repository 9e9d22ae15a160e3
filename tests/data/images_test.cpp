// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/images.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace data_images_test {

using namespace halo;

namespace {

// Folders cat (two images), dog (one), and what is to be left alone.
class photos {
 public:
  photos() {
    for (char const* name : {"dog", "cat", ".cache"}) std::filesystem::create_directory(at_ / name);
    write("cat/b.pgm", "P5 2 1 255\n\xFF\x33");
    write("cat/a.pgm", "P5 2 1 255\nab");
    write("dog/a.pgm", "P5 2 1 255\ncd");
    write("cat/.hidden", "no image");
    write("README", "no image");
  }
  photos(photos const&) = delete;
  photos& operator=(photos const&) = delete;
  ~photos() {
    for (auto const& e : std::filesystem::directory_iterator(at_.path()))
      std::filesystem::remove_all(e.path());
  }
  void write(std::string const& name, std::string const& text) const {
    io::save_atomically(at_ / name, text);
  }
  [[nodiscard]] std::string path() const { return at_.path(); }

 private:
  support::folder at_;
};

constexpr data::image_shape shape{1, 2, 1};

std::string message(auto&& call) {
  return support::message_of<error>([&] { static_cast<void>(call()); });
}

}  // namespace

TEST_CASE("images: one is [height, width, channels], from 0 to 1 or bytes") {
  photos const p;
  auto const one = data::load_image(p.path() + "/cat/b.pgm", shape);
  CHECK(one.shape()[0] == 1);
  CHECK(one.shape()[1] == 2);
  CHECK(one.shape()[2] == 1);
  CHECK(one(0, 0, 0) == 1.0F);
  CHECK(one(0, 1, 0) == 0.2F);
  auto const bytes = data::load_image<std::uint8_t>(p.path() + "/cat/b.pgm", shape);
  CHECK(bytes(0, 0, 0) == 255);
  CHECK(bytes(0, 1, 0) == 51);
}

TEST_CASE("images: a folder a class, in the order of names") {
  photos const p;
  auto const [samples, classes] = data::load_images(p.path(), shape);
  CHECK(classes == std::vector<std::string>{"cat", "dog"});
  CHECK(samples.classes == 2);
  REQUIRE(samples.rows() == 3);
  CHECK(samples.features() == 2);
  CHECK(samples.x(0, 0) == 97 / 255.0F);
  CHECK(samples.x(1, 0) == 1.0F);
  CHECK(samples.x(2, 1) == 100 / 255.0F);
  CHECK(std::vector<int>(samples.y.begin(), samples.y.end()) == std::vector<int>{0, 0, 1});
  data::expect_labels(samples, "images");
}

TEST_CASE("images: another folder by the same classes") {
  photos const p;
  auto const later =
      data::load_images(p.path(), shape, &data::decode_ppm, {"ant", "cat", "cow", "dog"});
  CHECK(later.samples.classes == 4);
  CHECK(std::vector<int>(later.samples.y.begin(), later.samples.y.end()) ==
        std::vector<int>{1, 1, 3});
  CHECK(message([&] { return data::load_images(p.path(), shape, &data::decode_ppm, {"ant"}); }) ==
        "images: " + p.path() +
            "/cat: expected a folder of one of the classes, 'ant' to 'ant', found 'cat'");
}

TEST_CASE("images: a decoder of a program's own") {
  photos const p;
  auto const white = [](std::span<std::byte const>, std::string_view, data::image_shape const&,
                        std::span<std::uint8_t> to) { std::fill(to.begin(), to.end(), 255); };
  CHECK(data::load_images(p.path(), shape, white).samples.x(2, 1) == 1.0F);
}

TEST_CASE("images: what does not fit names the file") {
  photos const p;
  auto const load = [&] { return data::load_images(p.path(), shape); };
  p.write("dog/b.pgm", "P5 1 2 255\nab");
  CHECK(message(load) == "ppm: " + p.path() +
                             "/dog/b.pgm: expected an image of 1 x 2 x 1 (height x width x "
                             "channels), found 2 x 1 x 1");
  p.write("dog/b.pgm", "\x89PNG\r\n\x1A\n");
  CHECK(support::contains(message(load),
                          "/dog/b.pgm: byte 0: expected P5 (grey) or P6 (colours), "
                          "found a PNG image"));
  CHECK(support::contains(message([&] { return data::load_images(p.path() + "/no", shape); }),
                          "/no: expected a folder, found No such file"));
  CHECK(support::contains(message([&] { return data::load_images(p.path() + "/dog", shape); }),
                          "expected a folder of images for each class, found no folder in it"));
  CHECK(support::contains(message([&] {
                            return data::load_images(p.path(), {1, 2, 2});
                          }),
                          "1 channel (grey) or 3"));
  CHECK(support::contains(message([&] { return data::load_image(p.path(), shape); }), p.path()));
}

TEST_CASE("images: folders without an image") {
  support::folder f;
  std::filesystem::create_directory(f / "cat");
  CHECK(message([&] { return data::load_images(f.path(), shape); }) ==
        "images: " + f.path() +
            ": expected a folder of images for each class, found folders without a file");
  std::filesystem::remove(f / "cat");
}

}  // namespace data_images_test
