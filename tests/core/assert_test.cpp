// SPDX-License-Identifier: BSD-3-Clause
#define HALO_ASSERTIONS 1
#include <halo/core/assert.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>

namespace {

struct death {
  int signal = 0;  ///< 0: it lived
  std::string said;
};

/// Runs f in a process of its own; what it wrote to stderr and the signal that ended it.
template <class F>
death in_child(F&& f) {
  std::array<int, 2> end{};
  REQUIRE(::pipe(end.data()) == 0);
  ::pid_t const child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::rlimit const no_core{0, 0};
    static_cast<void>(::setrlimit(RLIMIT_CORE, &no_core));
    std::signal(SIGABRT, SIG_DFL);  // doctest's handler would report a failed test
    ::dup2(end[1], STDERR_FILENO);
    f();
    std::_Exit(0);
  }
  ::close(end[1]);
  death d;
  std::array<char, 512> part{};
  for (::ssize_t n = 0; (n = ::read(end[0], part.data(), part.size())) > 0;)
    d.said.append(part.data(), static_cast<std::size_t>(n));
  ::close(end[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) d.signal = WTERMSIG(status);
  return d;
}

constexpr int half(int even) {
  HALO_EXPECTS(even % 2 == 0, "half: an even number");
  return even / 2;
}
static_assert(half(8) == 4);  // may stand in a constant expression

}  // namespace

TEST_CASE("assert: a broken expectation prints file, line and sentence, and aborts") {
  int const line = __LINE__ + 1;
  death const d = in_child([] { HALO_EXPECTS(1 + 1 == 3, "the sum, of two ones, is three"); });
  CHECK(d.signal == SIGABRT);
  CHECK(d.said == std::string(__FILE__) + ":" + std::to_string(line) +
                      ": halo expects: the sum, of two ones, is three\n");
  CHECK(in_child([] { static_cast<void>(half(7)); }).signal == SIGABRT);
}

TEST_CASE("assert: a kept expectation is evaluated once and says nothing") {
  death const d = in_child([] { HALO_EXPECTS(half(4) == 2, "two"); });
  CHECK(d.signal == 0);
  CHECK(d.said.empty());
  int calls = 0;
  HALO_EXPECTS(++calls == 1, "one call");
  CHECK(calls == 1);
}
