// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/descriptor.hpp>

#include <doctest/doctest.h>
#include <sys/time.h>

#include <csignal>
#include <span>
#include <string>
#include <thread>

#include <halo/io/file.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace io_descriptor_test {

using namespace halo;

TEST_CASE("descriptor: moving one hands over the duty to close it") {
  io::detail::descriptor a = io::detail::open_at(AT_FDCWD, "/dev/null", O_RDONLY);
  int const number = a.number();
  CHECK(a.is_open());
  io::detail::descriptor b = std::move(a);
  CHECK(b.number() == number);
  b = io::detail::open_at(AT_FDCWD, "/dev/null", O_RDONLY);
  CHECK(b.is_open());
  CHECK(b.number() != number);
  CHECK(::fcntl(number, F_GETFD) == -1);  // the first one is closed
  CHECK(b.close() == 0);
  CHECK_FALSE(b.is_open());
  CHECK_FALSE(io::detail::open_at(AT_FDCWD, "/no such thing", O_RDONLY).is_open());
}

TEST_CASE("expect_whole: a path that the system would cut is refused") {
  std::string const cut("model\0.safetensors", 18);
  CHECK(io::detail::is_cut(cut));
  CHECK_FALSE(io::detail::is_cut("model.safetensors"));
  CHECK(support::message_of<error>([&] { io::detail::expect_whole("save", cut); }) ==
        "save: model?.safetensors: expected a path without a zero character, found one");
}

TEST_CASE("write_all: the device that is always full") {
  io::detail::descriptor const full = io::detail::open_at(AT_FDCWD, "/dev/full", O_WRONLY);
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

}  // namespace io_descriptor_test
