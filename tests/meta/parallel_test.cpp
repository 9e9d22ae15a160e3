// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/parallel.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__linux__)
#  include <pthread.h>
#  include <sys/resource.h>
#  include <sys/wait.h>
#  include <unistd.h>
#endif

#include "../support/address_sanitizer.hpp"
#include "../support/allocation.hpp"

namespace meta_parallel_test {

TEST_CASE("parallel: every number once, for any number of threads") {
  for (std::size_t threads : {0U, 1U, 2U, 3U, 8U}) {
    for (std::size_t n : {0U, 1U, 2U, 5U, 1000U}) {
      CAPTURE(threads);
      CAPTURE(n);
      std::vector<std::atomic<int>> calls(n);
      halo::meta::for_each_parallel(n, threads, [&](std::size_t i) { ++calls[i]; });
      CHECK(std::all_of(calls.begin(), calls.end(), [](auto const& c) { return c == 1; }));
    }
  }
}

TEST_CASE("parallel: two threads run at the same time") {
  std::atomic<int> inside{0}, most{0};
  halo::meta::for_each_parallel(2, 2, [&](std::size_t) {
    most = std::max(most.load(), ++inside);
    auto const until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (most < 2 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    --inside;
  });
  CHECK(most == 2);
}

TEST_CASE("parallel: one thread keeps the order and is the caller") {
  std::vector<std::size_t> order;
  bool own = true;
  auto const me = std::this_thread::get_id();
  halo::meta::for_each_parallel(5, 1, [&](std::size_t i) {
    order.push_back(i);
    own = own && std::this_thread::get_id() == me;
  });
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 3, 4});
  CHECK(own);
}

TEST_CASE("parallel: what a body throws arrives, and all others were called") {
  for (std::size_t threads : {1U, 2U, 3U}) {
    CAPTURE(threads);
    std::vector<std::atomic<int>> calls(20);
    std::string caught;
    try {
      halo::meta::for_each_parallel(20, threads, [&](std::size_t i) {
        ++calls[i];
        if (i == 7 || i == 3 || i == 12) throw std::runtime_error(std::to_string(i));
      });
    } catch (std::runtime_error const& e) {
      caught = e.what();
    }
    CHECK(caught == "3");
    CHECK(std::all_of(calls.begin(), calls.end(), [](auto const& c) { return c == 1; }));
  }
}

#if defined(__linux__)
TEST_CASE("parallel: where threads cannot be made, the caller does the work") {
#  if HALO_ADDRESS_SANITIZER
  MESSAGE("skipped: the address sanitizer wants memory for every thread, and ends without");
#  else
  // a child process with hardly any memory to map: a stack for one more thread is not there
  pid_t const child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    rlimit const none{1, 1};
    setrlimit(RLIMIT_AS, &none);
    pthread_attr_t large;  // than the stacks that are kept for the next thread
    pthread_attr_init(&large);
    pthread_attr_setstacksize(&large, std::size_t{1} << 28U);
    pthread_setattr_default_np(&large);
    std::array<int, 8> calls{};
    bool refused = false;
    try {
      std::thread probe([] {});
      probe.join();
    } catch (std::system_error const&) {
      refused = true;
    }
    halo::meta::for_each_parallel(calls.size(), 4, [&](std::size_t i) { ++calls[i]; });
    bool const all = std::all_of(calls.begin(), calls.end(), [](int c) { return c == 1; });
    _exit(!refused ? 2 : all ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
#  endif
}
#endif

TEST_CASE("parallel: where there is no memory for threads, those that there are do the work") {
  if (!support::allocations_are_counted()) return;
  for (std::size_t k = 1; k <= 5; ++k) {
    CAPTURE(k);
    std::array<std::atomic<int>, 20> calls{};
    {
      support::failing_allocation const one(k);
      halo::meta::for_each_parallel(calls.size(), 4, [&](std::size_t i) { ++calls[i]; });
    }
    CHECK(std::all_of(calls.begin(), calls.end(), [](auto const& c) { return c == 1; }));
  }
}

}  // namespace meta_parallel_test
