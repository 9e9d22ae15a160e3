// SPDX-License-Identifier: BSD-3-Clause
#include <halo/optim/policy.hpp>

#include <doctest/doctest.h>

namespace optim_policy_test {

using namespace halo;

TEST_CASE("policy: a decision keeps its share of hard examples for any number of rows") {
  optim::decision const all{.layers = layer_mask(7), .rows = 16};
  optim::decision const some{.layers = layer_mask(7), .rows = 32, .hardest = 8};
  for (std::size_t n = 0; n < 70; ++n) {
    CAPTURE(n);
    CHECK(all.backward_rows(n) == n);
    CHECK(optim::decision{.layers = layer_mask(7)}.backward_rows(n) == n);
    std::size_t quarter = n / 4;
    if (quarter == 0 && n > 0) quarter = 1;
    CHECK(some.backward_rows(n) == quarter);
  }
  CHECK(some.backward_rows(32) == 8);
  // more hard ones than examples: all of them
  CHECK(optim::decision{.layers = {}, .rows = 4, .hardest = 9}.backward_rows(4) == 4);
}

}  // namespace optim_policy_test
