// SPDX-License-Identifier: BSD-3-Clause
#include <halo/learned/facts.hpp>

#include <doctest/doctest.h>

namespace learned_facts_test {

TEST_CASE("facts: what nobody told is 0, and steps count from 1") {
  halo::learned::facts<double> const f;
  CHECK(f.rows == 0);
  CHECK(f.loss == 0);
  CHECK(f.step == 1);
  CHECK(f.own_step == 1);
  CHECK_FALSE(f.bias);
  halo::learned::facts<float> some;
  some.labels = false;
  CHECK(f.labels);
  CHECK_FALSE(widened(some).labels);
}

}  // namespace learned_facts_test
