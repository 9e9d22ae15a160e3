// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/input.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <halo/io/memory.hpp>

#include "../support/data.hpp"

namespace io_input_test {

using namespace halo;

namespace {

/// A file that ends elsewhere than it said, or cannot be read.
struct unreliable {
  std::string_view text = "0123456789";
  std::size_t said = 10, at = 0;
  bool broken = false;

  std::size_t size() const noexcept { return said; }
  std::ptrdiff_t read_up_to(std::span<std::byte> to) noexcept {
    if (broken) return -1;
    std::size_t const n = std::min(to.size(), text.size() - at);
    std::copy_n(io::as_bytes(text).begin() + static_cast<std::ptrdiff_t>(at), n, to.begin());
    at += n;
    return static_cast<std::ptrdiff_t>(n);
  }
  bool seek(std::size_t to) noexcept {
    at = to;
    return !broken;
  }
  std::string reason() const { return "worn out"; }
};

std::string const path = "a.bin";

std::string message_of_reading(unreliable file) {
  return support::message_of<error>([&] {
    io::input from(path, file);
    from.seek(0);
    static_cast<void>(from.read_rest());
  });
}

}  // namespace

TEST_CASE("input: piece by piece, back, and the rest") {
  io::input from(path, unreliable{});
  std::array<std::byte, 4> head{};
  from.read(head);
  CHECK(io::as_text(head) == "0123");
  CHECK(from.left() == 6);
  from.seek(2);
  CHECK(io::as_text(from.read_rest().span()) == "23456789");
  CHECK(from.left() == 0);
  CHECK(from.path() == "a.bin");
  CHECK(support::message_of<error>([&] { from.expect_at_most(9); }) ==
        "file: a.bin: expected at most 9 bytes, found 10");
}

TEST_CASE("input: files that are not as they said, or fail") {
  CHECK(message_of_reading({.said = 11}) == "file: a.bin: expected 11 bytes, found fewer");
  CHECK(message_of_reading({.said = 9}) ==
        "file: a.bin: expected 9 bytes, found more, the file changed while it was read");
  CHECK(message_of_reading({.broken = true}) == "file: a.bin: found worn out");
  io::input from(path, unreliable{.broken = true});
  CHECK(support::message_of<error>([&] { static_cast<void>(from.read_rest()); }) ==
        "file: a.bin: expected a readable file, found worn out");
}

}  // namespace io_input_test
