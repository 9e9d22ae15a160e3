// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/mnist.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace data_mnist_test {

using namespace halo;

namespace {

// Two images of that many lines of 28 pixels, all of them 51, and labels.
std::string images(char lines = 28) {
  std::string file("\0\0\x08\x03\0\0\0\x02\0\0\0", 11);
  file += lines;
  file += std::string("\0\0\0\x1C", 4);
  return file + std::string(2 * 28 * static_cast<std::size_t>(lines), '\x33');
}
std::string labels(char second = 9) {
  return std::string("\0\0\x08\x01\0\0\0\x02\x03", 9) + second;
}

std::string message(std::string const& folder, std::string const& part) {
  return support::message_of<error>([&] { static_cast<void>(data::load_mnist(folder, part)); });
}

}  // namespace

TEST_CASE("mnist: both parts under their published names") {
  support::folder f;
  for (std::string const part : {"train", "t10k"}) {
    std::string const asked = part == "train" ? "train" : "test";
    CHECK(support::contains(message(f.path(), asked), part +
                                                          "-images-idx3-ubyte: expected a readable"
                                                          " file, found No such file"));
    io::save_atomically(f / (part + "-images-idx3-ubyte"), images());
    CHECK(support::contains(message(f.path(), asked), part +
                                                          "-labels-idx1-ubyte: expected a readable"
                                                          " file, found No such file"));
    io::save_atomically(f / (part + "-labels-idx1-ubyte"), labels(part == "train" ? 9 : 4));
    data::dataset const d = data::load_mnist(f.path(), asked);
    CHECK(d.rows() == 2);
    CHECK(d.features() == 784);
    CHECK(d.classes == 10);
    CHECK(d.x(1, 783) == 0.2F);
    CHECK(d.y(0) == 3);
    CHECK(d.y(1) == (part == "train" ? 9 : 4));
  }
  CHECK(message(f.path(), "t10k") == "mnist: part: expected train or test, found t10k");
}

TEST_CASE("mnist: under the names of mirrors") {
  support::folder f;
  io::save_atomically(f / "train-images.idx3-ubyte", images());
  io::save_atomically(f / "train-labels.idx1-ubyte", labels(4));
  CHECK(data::load_mnist(f.path(), "train").y(1) == 4);
  io::save_atomically(f / "train-labels-idx1-ubyte", labels(7));  // the published name goes first
  CHECK(data::load_mnist(f.path(), "train").y(1) == 7);
}

TEST_CASE("mnist: other images and labels are refused") {
  support::folder f;
  io::save_atomically(f / "train-labels-idx1-ubyte", labels());
  io::save_atomically(f / "train-images-idx3-ubyte", images(27));
  CHECK(support::contains(message(f.path(), "train"),
                          "images-idx3-ubyte: byte 3: expected images of 28 by 28 pixels, found "
                          "[2, 27, 28]"));
  io::save_atomically(f / "train-images-idx3-ubyte", labels());
  CHECK(support::contains(message(f.path(), "train"), "images of 28 by 28 pixels, found [2]"));
  io::save_atomically(f / "train-images-idx3-ubyte", images().substr(0, 1000));
  CHECK(support::contains(message(f.path(), "train"), "byte 16: expected 1568 bytes"));
  io::save_atomically(f / "train-images-idx3-ubyte", images());
  io::save_atomically(f / "train-labels-idx1-ubyte", labels(10));
  CHECK(support::contains(message(f.path(), "train"),
                          "labels-idx1-ubyte: byte 9: expected a label from 0 to 9, found 10"));
}

TEST_CASE("mnist: packed files are for a reader that unpacks, and plain ones go first") {
  support::folder f;
  io::save_atomically(f / "t10k-images-idx3-ubyte.gz", std::string("\x1F\x8B..."));
  io::save_atomically(f / "t10k-labels-idx1-ubyte", labels());
  io::save_atomically(f / "t10k-labels-idx1-ubyte.gz", std::string("never read"));
  CHECK(
      support::contains(message(f.path(), "test"),
                        "ubyte.gz: byte 0: expected 00 00, found gzip (to be unpacked; io/gzip.hpp "
                        "does)"));
  std::vector<std::string> asked;
  auto const unpack = [&](std::string const& path, std::size_t) {
    asked.push_back(path);
    std::string const file = path.ends_with(".gz") ? images() : labels();
    aligned_buffer<std::byte> bytes(file.size());
    std::copy_n(io::as_bytes(file).data(), file.size(), bytes.data());
    return bytes;
  };
  CHECK(data::load_mnist(f.path(), "test", unpack).y(1) == 9);
  CHECK(asked == std::vector{f / "t10k-images-idx3-ubyte.gz", f / "t10k-labels-idx1-ubyte"});
}

TEST_CASE("mnist: the real files") {
  std::string const folder = support::data_folder();
  if (folder.empty()) return;
  data::dataset const d = data::load_mnist(folder + "/mnist", "train");
  CHECK(d.rows() == 60000);
  // How often each digit occurs, counted by another program.
  CHECK(data::rows_per_class(d) ==
        std::vector<std::size_t>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949});
}

}  // namespace data_mnist_test
