// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/outcome.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace adapt_outcome_test {

using namespace halo;

TEST_CASE("outcome: nothing is claimed that nobody looked at") {
  adapt::outcome const o;
  CHECK(std::isnan(o.loss));
  CHECK(std::isnan(o.accuracy));
  CHECK(o.last.status == optim::status::empty);
  CHECK(o.verdict == adapt::verdict::none);
  CHECK_FALSE(o.refused);
}

}  // namespace adapt_outcome_test
