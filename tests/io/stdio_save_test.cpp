// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/stdio_save.hpp>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include <halo/io/file.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/save.hpp>
#include <halo/io/storage.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace io_stdio_save_test {

using namespace halo;
using support::folder;

namespace {

io::stdio_files const where;

void save(std::string const& path, std::string const& text) {
  where.replace(path, io::as_bytes(text));
}
std::string kept(std::string const& path) {
  auto file = where.open(path);
  return std::string(io::as_text(file.read_rest().span()));
}

}  // namespace

TEST_CASE("stdio_files: creates, replaces, leaves nothing beside") {
  folder f;
  CHECK_FALSE(where.holds(f / "a"));
  save(f / "a", "first, and longer");
  CHECK(kept(f / "a") == "first, and longer");
  save(f / "a", "second");
  CHECK(kept(f / "a") == "second");
  save(f / "a", "");
  CHECK(kept(f / "a").empty());
  CHECK(where.holds(f / "a"));
  CHECK(f.names() == std::vector<std::string>{"a"});
}

TEST_CASE("stdio_files: what fails leaves the old file and nothing else") {
  folder f;
  auto const message = [](std::string const& path) {
    return support::message_of<error>([&] { save(path, "x"); });
  };
  CHECK(support::contains(message(f / "none/a"), "expected writing to succeed"));
  CHECK(support::contains(message(f.path()), "expected renaming to succeed"));
  CHECK(support::contains(message(std::string("a\0b", 3)), "a zero character"));
  CHECK(f.names().empty());
  CHECK(::access((f.path() + ".new").c_str(), F_OK) != 0);
}

TEST_CASE("stdio_files: killed at any moment, the file is whole") {
  folder f;
  std::string const large(400000, 'x'), small = "small";
  save(f / "a", small);
  for (int round = 0; round < 30; ++round) {
    pid_t const child = ::fork();
    if (child == 0) {
      for (;;) save(f / "a", large), save(f / "a", small);
    }
    ::usleep(static_cast<useconds_t>(500 + 317 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    std::string const found = kept(f / "a");
    CHECK((found == small || found == large));
  }
}

TEST_CASE("stdio_files: a save that was cut off between two names") {
  folder f;  // as on a system that cannot rename over a file
  io::save_atomically(f / "a.old", "old");
  io::save_atomically(f / "a.new", "half of the n");
  CHECK(where.holds(f / "a"));
  CHECK(kept(f / "a") == "old");
  save(f / "a", "new");
  CHECK(kept(f / "a") == "new");
  CHECK(f.names() == std::vector<std::string>{"a"});
}

TEST_CASE("stdio_files: a copy that somebody keeps beside a file stays") {
  folder f;
  save(f / "a", "first");
  io::save_atomically(f / "a.old", "somebody's own");
  save(f / "a", "second");
  CHECK(kept(f / "a") == "second");
  CHECK(kept(f / "a.old") == "somebody's own");
}

}  // namespace io_stdio_save_test
