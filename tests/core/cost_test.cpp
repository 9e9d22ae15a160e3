// SPDX-License-Identifier: BSD-3-Clause
#include <halo/core/cost.hpp>

#include <doctest/doctest.h>

namespace core_cost_test {

using halo::cost;

TEST_CASE("cost: sums and multiples, and bytes of what is moved") {
  constexpr cost a{2, 1, 5, 3}, b{1, 0, 1, 1};
  static_assert(a + b == cost{3, 1, 6, 4});
  static_assert(3 * a == cost{6, 3, 15, 9});
  static_assert(a.moved() == 8 && a.moved(4) == 32);
  cost sum;
  sum += a;
  CHECK(sum == a);
}

}  // namespace core_cost_test
