// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/stdio_file.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <string>

#include <halo/io/memory.hpp>
#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace io_stdio_file_test {

using namespace halo;
using support::contains;

namespace {

std::string message_of_opening(std::string const& path) {
  return support::message_of<error>([&] { io::stdio_file const file(path); });
}

}  // namespace

TEST_CASE("stdio_file: reads on from where it was put, up to the end") {
  support::folder f;
  io::save_atomically(f / "a", "0123456789");
  io::stdio_file file(f / "a");
  std::array<std::byte, 6> some{};
  CHECK(file.size() == 10);
  CHECK(file.read_up_to(some) == 6);
  CHECK(io::as_text(some) == "012345");
  CHECK(file.read_up_to(some) == 4);
  CHECK(io::as_text(some) == "678945");
  CHECK(file.read_up_to(some) == 0);
  CHECK(file.seek(8));
  CHECK(file.read_up_to(some) == 2);
  io::save_atomically(f / "empty", "");
  CHECK(io::stdio_file(f / "empty").size() == 0);
}

TEST_CASE("stdio_file: what cannot be read is named") {
  support::folder f;
  CHECK(contains(message_of_opening(f / "none"), f / "none"));
  CHECK(contains(message_of_opening(f / "none"), "expected a readable file, found No such file"));
  CHECK(contains(message_of_opening(f.path()), "expected a regular file"));
  io::save_atomically(f / "a", "x");
  CHECK(contains(message_of_opening((f / "a") + std::string("\0.bin", 5)), "a zero character"));
}

}  // namespace io_stdio_file_test
