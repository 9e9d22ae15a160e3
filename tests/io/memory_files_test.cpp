// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/memory_files.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <string>

#include <halo/io/memory.hpp>
#include <halo/io/storage.hpp>

#include "../support/data.hpp"

namespace io_memory_files_test {

using namespace halo;

static_assert(io::storage<io::memory_files>);

TEST_CASE("memory_files: keeps copies under names") {
  io::memory_files where;
  std::string const a = "a", b = "b";
  CHECK_FALSE(where.holds(a));
  CHECK(support::message_of<error>([&] { static_cast<void>(where.open(a)); }) ==
        "memory: a: expected something of that name, found nothing");
  std::string text = "first";
  where.replace(a, io::as_bytes(text));
  where.replace(b, io::as_bytes("other"));
  text = "wrong";
  CHECK(io::as_text(where.open(a).read_rest().span()) == "first");
  where.replace(a, io::as_bytes("second"));
  CHECK(io::as_text(where.open(a).read_rest().span()) == "second");
  CHECK(io::as_text(where.open(b).read_rest().span()) == "other");
}

TEST_CASE("memory_file: reads on from where it was put, up to the end") {
  io::memory_file file(io::as_bytes("0123456789"));
  std::array<std::byte, 6> some{};
  CHECK(file.read_up_to(some) == 6);
  CHECK(file.read_up_to(some) == 4);
  CHECK(io::as_text(some) == "678945");
  CHECK(file.read_up_to(some) == 0);
  CHECK(file.seek(8));
  CHECK(file.read_up_to(some) == 2);
  CHECK_FALSE(file.seek(11));
}

}  // namespace io_memory_files_test
