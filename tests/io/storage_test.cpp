// SPDX-License-Identifier: BSD-3-Clause
// What every storage does.
#include <halo/io/storage.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <halo/io/flash_storage.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/memory_files.hpp>

#include "../support/data.hpp"
#include "../support/flash_chip.hpp"
#include "../support/folder.hpp"

namespace io_storage_test {

using namespace halo;

namespace {

static_assert(!io::storage<std::string> && !io::storage<int>);
static_assert(io::readable<io::input_file>);

/// A storage that is new, and a name for it.
struct in_files {
  support::folder folder;
  io::files where;
  std::string name = folder / "a";
};
struct in_stdio {
  support::folder folder;
  io::stdio_files where;
  std::string name = folder / "a";
};
struct in_memory {
  io::memory_files where;
  std::string name = "a";
};
struct in_flash {
  using chip = support::flash_chip<8192, 1024, 4>;
  chip flash;
  io::flash_storage<chip> where{flash};
  std::string name = "a";
};

}  // namespace

TEST_CASE_TEMPLATE("storage: keeps bytes under a name, the last ones", In, in_files, in_stdio,
                   in_memory, in_flash) {
  In in;
  static_assert(io::storage<decltype(in.where)>);
  CHECK_FALSE(in.where.holds(in.name));
  CHECK(support::contains(
      support::message_of<error>([&] { static_cast<void>(in.where.open(in.name)); }), in.name));
  for (std::string const& text : {std::string("some bytes"), std::string(3000, 'x'), std::string(),
                                  std::string("z\0z", 3), std::string(17, 'y')}) {
    in.where.replace(in.name, io::as_bytes(text));
    CHECK(in.where.holds(in.name));
    auto all = in.where.open(in.name);
    CHECK(all.size() == text.size());
    CHECK(all.path() == in.name);
    CHECK(io::as_text(all.read_rest().span()) == text);
    CHECK(all.left() == 0);
  }
  std::array<std::byte, 5> part{};
  auto pieces = in.where.open(in.name);
  pieces.read(part);
  pieces.seek(15);
  CHECK(io::as_text(pieces.read_rest().span()) == "yy");
  pieces.seek(15);
  CHECK(support::contains(support::message_of<error>([&] { pieces.read(part); }),
                          "expected 17 bytes, found fewer"));
  CHECK(support::contains(support::message_of<error>([&] { pieces.expect_at_most(16); }),
                          "expected at most 16 bytes, found 17"));
}

}  // namespace io_storage_test
