// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/stopwatch.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

namespace core_stopwatch_test {

using namespace halo;

TEST_CASE("stopwatch: seconds of the monotonic clock, from construction and from restart") {
  auto const outside = std::chrono::steady_clock::now();
  stopwatch w;
  double last = 0;
  for (int i = 0; i < 1000; ++i) {
    double const now = w.seconds();
    CHECK(now >= last);
    last = now;
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  double const slept = w.seconds();
  double const most =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - outside).count();
  CHECK(slept >= 0.02);
  CHECK(slept <= most);
  auto const before = std::chrono::steady_clock::now();
  w.restart();
  double const after = w.seconds();
  CHECK(after >= 0);
  CHECK(after <= std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
}

double ticks() {
  static double now = 100;
  return now += 0.25;
}

TEST_CASE("stopwatch: seconds of another clock") {
  stopwatch w(ticks);
  CHECK(w.seconds() == 0.25);
  CHECK(w.seconds() == 0.5);
  w.restart();
  CHECK(w.seconds() == 0.25);
}

}  // namespace core_stopwatch_test
