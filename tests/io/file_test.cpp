// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/file.hpp>

#include <dirent.h>
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <array>
#include <csignal>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "../support/folder.hpp"

using namespace halo;
using tests::folder;

namespace {

std::string read_text(std::string const& path) {
  auto const bytes = io::read_file(path);
  return std::string(io::as_text(bytes.span()));
}

std::string message_of_reading(std::string const& path, std::size_t limit = io::file_limit) {
  try {
    static_cast<void>(io::read_file(path, limit));
  } catch (error const& e) {
    return e.what();
  }
  return "no error";
}

std::string message_of_saving(std::string const& path, std::string const& text) {
  try {
    io::save_atomically(path, text);
  } catch (error const& e) {
    return e.what();
  }
  return "no error";
}

bool contains(std::string const& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("read_file: whole files, aligned, empty ones too") {
  folder f;
  io::save_atomically(f / "a", std::string_view("hello\0world", 11));
  auto const bytes = io::read_file(f / "a");
  CHECK(io::as_text(bytes.span()) == std::string_view("hello\0world", 11));
  CHECK(reinterpret_cast<std::uintptr_t>(bytes.data()) % alignment == 0);
  io::save_atomically(f / "empty", "");
  CHECK(io::read_file(f / "empty").size() == 0);
}

TEST_CASE("read_file: what cannot be read is named") {
  folder f;
  CHECK(contains(message_of_reading(f / "none"), f / "none"));
  CHECK(contains(message_of_reading(f / "none"), "No such file"));
  CHECK(contains(message_of_reading(f.path()), "expected a regular file, found a folder"));
  CHECK(contains(message_of_reading("/dev/zero"), "expected a regular file"));
  CHECK(::mkfifo((f / "pipe").c_str(), 0600) == 0);
  CHECK(contains(message_of_reading(f / "pipe"), "expected a regular file"));
  io::save_atomically(f / "ten", "0123456789");
  CHECK(message_of_reading(f / "ten", 10) == "no error");
  CHECK(contains(message_of_reading(f / "ten", 9), "expected at most 9 bytes, found 10"));
}

TEST_CASE("is_folder, exists") {
  folder f;
  io::save_atomically(f / "a", "x");
  CHECK(io::is_folder(f.path()));
  CHECK_FALSE(io::is_folder(f / "a"));
  CHECK_FALSE(io::is_folder(f / "b"));
  CHECK(io::exists(f / "a"));
  CHECK_FALSE(io::exists(f / "b"));
}

TEST_CASE("read_file: a huge sparse file is refused before memory is asked for") {
  folder f;
  io::save_atomically(f / "sparse", "x");
  CHECK(::truncate((f / "sparse").c_str(), off_t{1} << 40) == 0);
  CHECK(contains(message_of_reading(f / "sparse"), "found 1099511627776"));
}

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
  std::string const before = tests::current_folder();
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
  CHECK(contains(message_of_saving(f / std::string(300, 'n'), "x"), "expected a writable folder"));
  CHECK(contains(message_of_saving("", "x"), "save"));
  CHECK(f.names().empty());
}

TEST_CASE("save_atomically: a folder without write permission") {
  folder f;
  io::save_atomically(f / "a", "old");
  if (::geteuid() == 0) {
    MESSAGE("skipped: the superuser may write everywhere");
    return;
  }
  CHECK(::chmod(f.path().c_str(), 0555) == 0);
  CHECK(contains(message_of_saving(f / "a", "new"), "expected a writable folder"));
  CHECK(read_text(f / "a") == "old");
  CHECK(::chmod(f.path().c_str(), 0755) == 0);
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

TEST_CASE("write_all: the device that is always full") {
  io::detail::descriptor const full = io::detail::open("/dev/full", O_WRONLY);
  CHECK(full.number() >= 0);
  CHECK(io::detail::write_all(full.number(), io::as_bytes("x")) == ENOSPC);
  CHECK(io::detail::write_all(full.number(), {}) == 0);
}

TEST_CASE("write_all: short writes and interrupts lose nothing") {
  // A pipe takes 64 KiB at a time, and a timer interrupts the writer every 200 microseconds.
  int ends[2] = {};
  CHECK(::pipe(ends) == 0);
  struct sigaction action {};
  struct sigaction old {};
  action.sa_handler = [](int) {};  // without SA_RESTART: blocked writes return EINTR or less
  CHECK(::sigaction(SIGALRM, &action, &old) == 0);
  std::string text(3000000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * i >> 7);
  std::string received(text.size() + 1, '\0');
  ssize_t got = 0;
  std::thread reader([&] {
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    ::pthread_sigmask(SIG_BLOCK, &alarms, nullptr);
    ::usleep(20000);
    got = io::detail::read_up_to(ends[0], std::as_writable_bytes(std::span(received)));
  });
  struct itimerval const often{{0, 200}, {0, 200}};
  struct itimerval const never{};
  CHECK(::setitimer(ITIMER_REAL, &often, nullptr) == 0);
  int const code = io::detail::write_all(ends[1], io::as_bytes(text));
  CHECK(::setitimer(ITIMER_REAL, &never, nullptr) == 0);
  CHECK(::close(ends[1]) == 0);
  reader.join();
  ::close(ends[0]);
  CHECK(::sigaction(SIGALRM, &old, nullptr) == 0);
  CHECK(code == 0);
  CHECK(static_cast<std::size_t>(got) == text.size());
  received.pop_back();
  CHECK(received == text);
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

TEST_CASE("read_pieces: every byte once, in order, and another size is refused") {
  tests::folder f;
  io::save_atomically(f / "a", std::string("first, second, rest"));
  std::array<std::byte, 7> room{};
  std::vector<std::string> pieces;
  auto const add = [&](std::span<std::byte const> p) { pieces.emplace_back(io::as_text(p)); };
  io::read_pieces(f / "a", 19, room, add);
  CHECK(pieces == std::vector<std::string>{"first, ", "second,", " rest"});
  io::save_atomically(f / "none", std::string());
  pieces.clear();
  io::read_pieces(f / "none", 0, room, add);
  CHECK(pieces.empty());
  auto const message = [&](std::string const& name, std::size_t size) {
    try {
      io::read_pieces(f / name, size, room, add);
    } catch (error const& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  CHECK(message("a", 18) == "file: " + (f / "a") + ": expected 18 bytes, found 19");
  CHECK(message("a", 20) == "file: " + (f / "a") + ": expected 20 bytes, found 19");
  CHECK(message("missing", 1).find("No such file") != std::string::npos);
  CHECK(pieces.empty());
}
