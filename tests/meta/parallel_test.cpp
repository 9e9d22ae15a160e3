// SPDX-License-Identifier: BSD-3-Clause
#include <halo/meta/parallel.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

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
