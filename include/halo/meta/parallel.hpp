// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace halo::meta {

/// Calls body(0) ... body(n - 1), each once, on so many threads; returns when all are done.
///
/// Which thread calls which is left to chance: bodies write to places of their own, and whoever
/// adds up does so afterwards, in order, so that the bits do not depend on the threads.
/// @pre body throws nothing
template <class Body>
void for_each_parallel(std::size_t n, std::size_t threads, Body&& body) {
  std::atomic<std::size_t> next{0};
  auto const work = [&] {
    for (std::size_t i = next++; i < n; i = next++) body(i);
  };
  std::vector<std::thread> helpers;
  for (std::size_t t = 1; t < threads && t < n; ++t) helpers.emplace_back(work);
  work();
  for (std::thread& h : helpers) h.join();
}

}  // namespace halo::meta
