// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace halo::meta {

/// Calls body(0) ... body(n - 1), each once, on so many threads; returns when all are done.
///
/// Which thread calls which is left to chance: bodies write to places of their own, and whoever
/// adds up does so afterwards, in order, so that the bits do not depend on the threads. Where the
/// system has no more threads, or no memory for them, fewer do the work.
/// @throws what the body threw for the smallest i among those that threw; the others were called
template <class Body>
void for_each_parallel(std::size_t n, std::size_t threads, Body&& body) {
  std::atomic<std::size_t> next{0};
  std::mutex lock;
  std::exception_ptr thrown;
  std::size_t thrown_by = n;
  auto const work = [&]() noexcept {
    for (std::size_t i = next++; i < n; i = next++) {
      try {
        body(i);
      } catch (...) {
        std::lock_guard const guard(lock);
        if (i < thrown_by) thrown = std::current_exception(), thrown_by = i;
      }
    }
  };
  std::vector<std::thread> helpers;
  try {
    if (threads > 1 && n > 1) helpers.reserve((threads < n ? threads : n) - 1);
    for (std::size_t t = 1; t < threads && t < n; ++t) helpers.emplace_back(work);
  } catch (std::exception const&) {  // no threads, or no memory: those that there are will do
  }
  work();
  for (std::thread& h : helpers) h.join();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace halo::meta
