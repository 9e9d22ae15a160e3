// SPDX-License-Identifier: BSD-3-Clause
#define HALO_ASSERTIONS 0
#include <halo/core/assert.hpp>

#include <doctest/doctest.h>

TEST_CASE("assert: switched off, the condition is not even evaluated") {
  int calls = 0;
  HALO_EXPECTS(++calls == 2, "never looked at");
  CHECK(calls == 0);
}
