// SPDX-License-Identifier: BSD-3-Clause
// Which files are refused is tested where everybody opens one: file_test.cpp.
#include <halo/io/posix_file.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>

#include <halo/io/memory.hpp>
#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace io_posix_file_test {

using namespace halo;

TEST_CASE("posix_file: reads on from where it was put, up to the end") {
  support::folder f;
  io::save_atomically(f / "a", "0123456789");
  io::posix_file file(f / "a");
  std::array<std::byte, 6> some{};
  CHECK(file.size() == 10);
  CHECK(file.read_up_to(some) == 6);
  CHECK(io::as_text(some) == "012345");
  CHECK(file.read_up_to(some) == 4);
  CHECK(io::as_text(some) == "678945");
  CHECK(file.read_up_to(some) == 0);
  CHECK(file.seek(8));
  CHECK(file.read_up_to(some) == 2);
}

}  // namespace io_posix_file_test
