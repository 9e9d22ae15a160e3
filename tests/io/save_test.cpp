// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/save.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <halo/io/descriptor.hpp>
#include <halo/io/file.hpp>
#include <halo/io/posix_save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace io_save_test {

using namespace halo;
using support::contains;
using support::folder;

namespace {

std::string read_text(std::string const& path) {
  auto const bytes = io::read_file(path);
  return std::string(io::as_text(bytes.span()));
}

std::string message_of_saving(std::string const& path, std::string const& text) {
  return support::message_of<error>([&] { io::save_atomically(path, text); });
}

struct stat status_of(std::string const& path) {
  struct stat status {};
  CHECK(::stat(path.c_str(), &status) == 0);
  return status;
}

/// Whether a check holds in a process without the superuser's rights: user and group 65534 where
/// this one has them, itself otherwise.
template <class Check>
bool holds_for_a_user(Check&& check) {
  pid_t const child = ::fork();
  if (child == 0) {
    bool good = ::geteuid() != 0 ||
                (::setgroups(0, nullptr) == 0 && ::setgid(65534) == 0 && ::setuid(65534) == 0);
    try {
      good = good && check();
    } catch (...) {
      good = false;
    }
    ::_exit(good ? 0 : 1);
  }
  int status = 0;
  CHECK(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string temporary(unsigned number) {
  char name[64];
  std::snprintf(name, sizeof name, ".halo-%016x.tmp", number);
  return name;
}

void create(std::string const& path) {
  CHECK(io::detail::open_at(AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT, 0600).is_open());
}

}  // namespace

TEST_CASE("save_atomically: creates, replaces, keeps the mode, leaves nothing beside") {
  folder f;
  io::save_atomically(f / "a", "one");
  CHECK(read_text(f / "a") == "one");
  CHECK(::chmod((f / "a").c_str(), 0640) == 0);
  io::save_atomically(f / "a", "two, and longer");
  CHECK(read_text(f / "a") == "two, and longer");
  struct stat status {};
  CHECK(::stat((f / "a").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
  io::save_atomically(f / "a", "");
  CHECK(read_text(f / "a").empty());
  CHECK(f.names() == std::vector<std::string>{"a"});
}

TEST_CASE("save_atomically: a relative path without a folder") {
  folder f;
  std::string const before = support::current_folder();
  CHECK(::chdir(f.path().c_str()) == 0);
  io::save_atomically("plain", "here");
  CHECK(read_text("plain") == "here");
  CHECK(::chdir(before.c_str()) == 0);
}

TEST_CASE("save_atomically: follows a link instead of replacing it") {
  folder f;
  io::save_atomically(f / "real", "old");
  CHECK(::symlink((f / "real").c_str(), (f / "link").c_str()) == 0);
  io::save_atomically(f / "link", "new");
  CHECK(read_text(f / "real") == "new");
  struct stat status {};
  CHECK(::lstat((f / "link").c_str(), &status) == 0);
  CHECK(S_ISLNK(status.st_mode));
  CHECK(::symlink((f / "nowhere").c_str(), (f / "broken").c_str()) == 0);
  CHECK(contains(message_of_saving(f / "broken", "x"), "broken link"));
}

TEST_CASE("save_atomically: targets that are no files, folders that do not exist") {
  folder f;
  CHECK(contains(message_of_saving(f.path(), "x"), "found a folder"));
  CHECK(contains(message_of_saving("/dev/full", "x"), "expected a regular file or nothing"));
  CHECK(contains(message_of_saving(f / "no/such/file", "x"), "expected a writable folder"));
  CHECK(contains(message_of_saving("", "x"), "expected the name of a file, found none"));
  CHECK(contains(message_of_saving("/", "x"), "expected the name of a file, found none"));
  CHECK(contains(message_of_saving((f / "no") + '/', "x"), "expected a writable folder"));
  CHECK(f.names().empty());
}

TEST_CASE("save_atomically: a full disk leaves the old file and nothing else") {
  folder f;
  io::save_atomically(f / "a", "old");
  struct rlimit old {};
  CHECK(::getrlimit(RLIMIT_FSIZE, &old) == 0);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit const small{10000, old.rlim_max};
  CHECK(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string const message = message_of_saving(f / "a", std::string(20000, 'x'));
  CHECK(::setrlimit(RLIMIT_FSIZE, &old) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(contains(message, "expected writing to succeed, found File too large"));
  CHECK(read_text(f / "a") == "old");
  CHECK(f.names() == std::vector<std::string>{"a"});
}

TEST_CASE("save_atomically: killed at any moment, the file is whole") {
  folder f;
  std::string const a(300000, 'a');
  std::string const b(300000, 'b');
  io::save_atomically(f / "file", a);
  for (int round = 0; round < 25; ++round) {
    pid_t const child = ::fork();
    if (child == 0) {
      for (;;) {
        io::save_atomically(f / "file", b);
        io::save_atomically(f / "file", a);
      }
    }
    ::usleep(static_cast<useconds_t>(500 + 311 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    std::string const found = read_text(f / "file");
    bool const whole = found == a || found == b;
    CHECK(whole);
  }
}

TEST_CASE("save_atomically: several writers at once, one whole file") {
  folder f;
  std::vector<std::thread> writers;
  for (char c : {'a', 'b', 'c', 'd'}) {
    writers.emplace_back([&f, c] {
      for (int i = 0; i < 20; ++i) io::save_atomically(f / "file", std::string(50000, c));
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::string const found = read_text(f / "file");
  CHECK(found == std::string(50000, found.at(0)));
  CHECK(f.names() == std::vector<std::string>{"file"});
}

TEST_CASE("save_atomically: whatever is left over is removed, what somebody writes is not") {
  folder f;
  for (unsigned i = 0; i < 2500; ++i) create(f / temporary(i));
  create(f / ".halo-settings.tmp");
  io::detail::descriptor const writer =
      io::detail::open_at(AT_FDCWD, (f / temporary(7)).c_str(), O_WRONLY);
  CHECK(::flock(writer.number(), LOCK_EX) == 0);
  io::save_atomically(f / "a", "new");
  CHECK(f.names() == std::vector<std::string>{temporary(7), ".halo-settings.tmp", "a"});
}

TEST_CASE("save_atomically: what a killed process left is gone after the next save") {
  folder f;
  std::string const large(3000000, 'x');
  std::size_t left = 0;
  for (int round = 0; round < 40; ++round) {
    pid_t const child = ::fork();
    if (child == 0) {
      for (;;) io::save_atomically(f / "file", large);
    }
    ::usleep(static_cast<useconds_t>(1000 + 517 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    left = std::max(left, f.names().size());
    io::save_atomically(f / "file", "small");
    CHECK(f.names() == std::vector<std::string>{"file"});
  }
  CHECK(left == 2);  // otherwise no process was killed in time and nothing was tested
}

TEST_CASE("save_atomically: the longest names and paths that a file can have") {
  folder f;
  std::string const longest(255, 'n');
  io::save_atomically(f / longest, "here");
  CHECK(read_text(f / longest) == "here");
  CHECK(contains(message_of_saving(f / std::string(256, 'n'), "x"),
                 "expected a name that a file can have, found File name too long"));
  CHECK(f.names() == std::vector<std::string>{longest});
}

TEST_CASE("save_atomically: a path with a zero character is not cut") {
  folder f;
  io::save_atomically(f / "a", "old");
  CHECK(contains(message_of_saving((f / "a") + std::string("\0.bin", 5), "new"),
                 "a?.bin: expected a path without a zero character, found one"));
  CHECK(read_text(f / "a") == "old");
}

TEST_CASE("save_atomically: a new file has the mode of new files, bits that lend rights go") {
  folder f;
  mode_t const before = ::umask(027);
  io::save_atomically(f / "a", "one");
  CHECK((status_of(f / "a").st_mode & 07777) == 0640);
  CHECK(::chmod((f / "a").c_str(), 06755) == 0);
  io::save_atomically(f / "a", "two");
  ::umask(before);
  CHECK((status_of(f / "a").st_mode & 07777) == 0755);
}

TEST_CASE("save_atomically: the superuser leaves a file to its owner and its group") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only the superuser may give files away");
    return;
  }
  folder f;
  io::save_atomically(f / "a", "one");
  CHECK(::chown((f / "a").c_str(), 1234, 5678) == 0);
  CHECK(::chmod((f / "a").c_str(), 04640) == 0);
  io::save_atomically(f / "a", "two");
  CHECK(status_of(f / "a").st_uid == 1234);
  CHECK(status_of(f / "a").st_gid == 5678);
  CHECK((status_of(f / "a").st_mode & 07777) == 0640);
}

TEST_CASE("save_atomically: a group that cannot be kept hands nothing to another group") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only the superuser can make such a file");
    return;
  }
  folder f;
  CHECK(::chmod(f.path().c_str(), 0777) == 0);
  io::save_atomically(f / "a", "one");
  CHECK(::chown((f / "a").c_str(), 1234, 5678) == 0);
  CHECK(::chmod((f / "a").c_str(), 0664) == 0);
  CHECK(holds_for_a_user([&] { return io::save_atomically(f / "a", "two"), true; }));
  CHECK(read_text(f / "a") == "two");
  CHECK(status_of(f / "a").st_uid == 65534);
  CHECK((status_of(f / "a").st_mode & 07777) == 0644);
}

TEST_CASE("save_atomically: a folder that may not be read, and one that may not be written") {
  folder f;
  std::string const place = f / "inside";
  CHECK(::mkdir(place.c_str(), 0700) == 0);
  CHECK((::geteuid() != 0 || ::chown(place.c_str(), 65534, 65534) == 0));
  CHECK(::chmod(f.path().c_str(), 0755) == 0);
  std::string const file = place + "/a";
  CHECK(holds_for_a_user([&] {
    io::save_atomically(file, "old");
    if (::chmod(place.c_str(), 0300) != 0) return false;
    io::save_atomically(file, "new");
    return read_text(file) == "new";
  }));
  CHECK(holds_for_a_user([&] {
    if (::chmod(place.c_str(), 0500) != 0) return false;
    std::string message;
    try {
      io::save_atomically(file, std::string_view("newer"));
    } catch (error const& e) {
      message = e.what();
    }
    return contains(message, "expected a writable folder") && read_text(file) == "new";
  }));
  CHECK(::chmod(place.c_str(), 0700) == 0);
  CHECK(::unlink(file.c_str()) == 0);
  CHECK(::rmdir(place.c_str()) == 0);
}

}  // namespace io_save_test
