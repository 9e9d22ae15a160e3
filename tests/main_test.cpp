// SPDX-License-Identifier: BSD-3-Clause
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "support/address_sanitizer.hpp"

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
#if HALO_ADDRESS_SANITIZER && !defined(__OPTIMIZE__)
  // Registers are functions that call functions then, a hundred times as slow.
  std::puts("skipped: suite long, trainings whose every part other tests run, too");
  context.addFilter("test-suite-exclude", "long");
#endif
  return context.run();
}
